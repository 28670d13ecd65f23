type Props = {
  titles: readonly string[]
  /** Of each column, px; null takes what is left. Without them the table's content decides. */
  widths?: readonly (number | null)[]
}

/** The columns of a plain table. */
export function TableHead({ titles, widths }: Props) {
  return (
    <>
      {widths ? (
        <colgroup>
          {widths.map((width, at) => (
            <col key={titles[at]} {...(width !== null && { style: { width } })} />
          ))}
        </colgroup>
      ) : null}
      <thead>
        <tr>
          {titles.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
    </>
  )
}
