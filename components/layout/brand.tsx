/** The mark and the name. */
export function Brand({ name }: { name: string }) {
  return (
    <div className="brand">
      <svg viewBox="0 0 18 18" aria-hidden="true">
        <rect x=".5" y=".5" width="17" height="17" rx="4" fill="var(--text)" />
        <path
          d="M4.5 12.5v-7l4.5 4 4.5-4v7"
          fill="none"
          stroke="var(--bg)"
          strokeWidth="1.75"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      </svg>
      {name}
    </div>
  )
}
