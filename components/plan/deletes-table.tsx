import { sizeText } from '@/components/ui/time'
import type { Deletion, Plan } from '@/server/domain/plan'

type Say = (word: string, params?: Record<string, string | number>) => string

/** Folders that the plan deletes or keeps, with what lies in them as seen at review. */
export function DeletesTable({ plan, say }: { plan: Plan; say: Say }) {
  const deletes = plan.impact.deletes ?? []
  if (deletes.length === 0) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="my-3 max-h-72 overflow-auto" tabIndex={0} aria-label={say('deletes.title')}>
      <table className="tb flush" aria-label={say('deletes.title')}>
        <thead>
          <tr>
            <th scope="col">{say('deletes.where')}</th>
            <th scope="col">{say('deletes.path')}</th>
            <th scope="col" className="r">
              {say('deletes.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {deletes.map((one) => (
            <tr key={`${one.host} ${one.only} ${one.path} ${one.instance}`}>
              <td className="font-mono">{one.host}</td>
              <td title={`${one.path} · ${one.instance}`}>
                <span className="font-mono">{one.path}</span>
                {one.only === 'logs' ? <span className="t3"> {say('deletes.logs')}</span> : null}
                {one.kept ? <strong> {say('deletes.kept')}</strong> : null}
              </td>
              <td className="r n">{sizeOf(one, say)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const sizeOf = ({ bytes }: Deletion, say: Say): string =>
  bytes === null ? say('deletes.unknown') : bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KiB` : sizeText(bytes)
