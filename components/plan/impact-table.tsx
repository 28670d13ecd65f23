import type { Plan } from '@/server/domain/plan'
import { sourcesAtStake } from '@/server/domain/replication-pause'

type Say = (word: string, params?: Record<string, string | number>) => string

/** Operations whose instances come back in their own turn. */
const comesBack = (plan: Plan): boolean => !['stop', 'scale-in', 'clean', 'destroy'].includes(plan.operation)

const handsOver = (plan: Plan): boolean =>
  plan.phases.some(({ lanes }) => lanes.some(({ steps }) => steps.some(({ kind }) => kind === 'leader-not-here')))

/** What replication and its management will feel: sources that pause, sources that move, seconds without DM-master. */
export function ImpactTable({ plan, say }: { plan: Plan; say: Say }) {
  const { sources, masterOutageS } = plan.impact
  const moved = sourcesAtStake(plan).filter(({ source }) => !sources.some((one) => one.source === source))
  const handed = handsOver(plan)
  if (sources.length === 0 && masterOutageS === 0 && moved.length === 0 && !handed)
    return plan.problems.some((problem) => problem.severity !== 'info') ? null : <p>{say('review.no-impact')}</p>
  const rows: [key: string, what: string, text: string][] = [
    ...sources.map(({ source, worker }): [string, string, string] => [
      source,
      source,
      say(comesBack(plan) ? 'review.source-pauses' : 'review.source-stops', { worker }),
    ]),
    ...moved.map(({ source, worker }): [string, string, string] => [source, source, say('review.source-moves', { worker })]),
    ...(masterOutageS === 0
      ? handed
        ? [['dm-master', 'dm-master', say('review.no-outage')] satisfies [string, string, string]]
        : []
      : [
          [
            'dm-master',
            'dm-master',
            masterOutageS === null ? say('review.outage-open') : say('review.outage', { seconds: masterOutageS }),
          ] satisfies [string, string, string],
        ]),
  ]
  return (
    <table className="tb flush" aria-label={say('review.replication')}>
      <thead>
        <tr>
          <th scope="col" className="w-60">
            {say('review.replication')}
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, what, text]) => (
          <tr key={key}>
            <td className="font-mono">{what}</td>
            <td title={text}>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
