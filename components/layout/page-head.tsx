/** The one h1 of a page, a count or note after it, and its actions. */
export function PageHead({ title, note, children }: { title: React.ReactNode; note?: React.ReactNode; children?: React.ReactNode }) {
  return (
    <div className="ph">
      <h1>{title}</h1>
      {note === undefined ? null : <span className="t3 sm">{note}</span>}
      <span className="grow" />
      {children}
    </div>
  )
}
