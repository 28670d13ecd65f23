/** A part of a page with its title. */
export function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex max-w-[960px] flex-col gap-3" aria-label={title}>
      <h2 className="m">{title}</h2>
      {children}
    </section>
  )
}
