import type { Say } from '@/components/plan/say'
import { CopyButton } from '@/components/ui/copy-button'
import { type Draft, hostsOf, type TopologyCheck } from './draft'
import { readForm } from './topology-edit'

/** What the choices made so far amount to. */
export function Summary({ say, draft, check }: { say: Say; draft: Draft; check: TopologyCheck }) {
  const counts = new Map<string, number>()
  for (const instance of check.instances) counts.set(instance.component, (counts.get(instance.component) ?? 0) + 1)
  const command = `tiup dm deploy ${draft.name || 'NAME'} ${draft.version || 'VERSION'} topology.yaml`
  return (
    <aside className="wside" aria-label={say('deploy.will')}>
      <h2>{say('deploy.will')}</h2>
      <dl className="kv" style={{ gridTemplateColumns: '128px minmax(0, 1fr)' }}>
        <dt>{say('deploy.will.instances')}</dt>
        <dd>{say('deploy.will.on-hosts', { instances: check.instances.length, hosts: hostsOf(check).length })}</dd>
        {[...counts].map(([component, count]) => (
          <div key={component} className="contents">
            <dt>{component}</dt>
            <dd>{count}</dd>
          </div>
        ))}
        <dt>{say('deploy.will.user')}</dt>
        <dd className="font-mono">{readForm(draft.yaml).global.user ?? 'tidb'}</dd>
      </dl>
      <h2 className="mt-4">{say('deploy.fixed')}</h2>
      <p className="text-(--text-2)">{say('deploy.fixed-text')}</p>
      <h2 className="mt-4 flex items-center justify-between">
        {say('deploy.equal')} <CopyButton text={command} label={say('deploy.equal')} />
      </h2>
      <pre className="pre whitespace-pre-wrap!">$ {command}</pre>
    </aside>
  )
}
