import type { Entry } from '@/server/domain/journal'
import { perform, planNow } from '@/tests/engine/sim-plans'
import { simSite } from './sim-site'

const delayMs = 20

/** Deploy, start and stop of 3 + 3 + monitors on simulated hosts: wall time, and what a step costs beside its round trip. */
export const benchJobs = async (): Promise<void> => {
  const site = await simSite({
    hosts: 6,
    delayMs,
    yaml: (at, port) => `global: {ssh_port: ${port}, deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
master_servers: [${at.slice(0, 3).map((host) => `{host: ${host}}`)}]
worker_servers: [${at.slice(3, 6).map((host) => `{host: ${host}}`)}]
monitoring_servers: [{host: ${at[0]}}]
grafana_servers: [{host: ${at[0]}}]
alertmanager_servers: [{host: ${at[0]}}]
`,
  })
  try {
    const host = site.addresses[0] ?? ''
    const target = { host, address: host, port: site.port, login: { user: 'root', credentialId: 'root', sudo: 'root' as const } }
    const trips = await timed(40, () => site.transport.run(target, { argv: ['true'], as: 'root', deadlineMs: 10_000 }))
    console.log(`one command over ssh, the host taking ${delayMs} ms: ${trips.toFixed(1)} ms`)
    for (const operation of ['deploy', 'start', 'stop'] as const) {
      const plan = await planNow(site, operation, operation === 'deploy' ? { publicKey: site.publicKey } : {})
      const began = performance.now()
      const { end, entries } = await perform(site, plan)
      const tookMs = performance.now() - began
      console.log(`${operation}: ${end} in ${(tookMs / 1000).toFixed(1)} s, ${entries.length} entries`)
      for (const [kind, { count, ms }] of byKind(entries)) {
        console.log(`  ${kind}: ${count} steps, ${(ms / count).toFixed(0)} ms each, ${(ms / count / trips).toFixed(1)} round trips`)
      }
      if (process.env.BENCH_PHASES) for (const line of phases(entries)) console.log(line)
    }
  } finally {
    await site.close()
  }
}

const timed = async (times: number, work: () => Promise<unknown>): Promise<number> => {
  await work()
  const began = performance.now()
  for (let i = 0; i < times; i++) await work()
  return (performance.now() - began) / times
}

/** From `started` to `done`, by kind of step. */
const byKind = (entries: readonly Entry[]): Map<string, { count: number; ms: number }> => {
  const kinds = new Map<string, { count: number; ms: number }>()
  for (const done of entries) {
    if (done.kind !== 'done') continue
    const started = entries.find(({ kind, step }) => kind === 'started' && step === done.step)
    const kind = done.step?.split('/')[2] ?? ''
    const sum = kinds.get(kind) ?? { count: 0, ms: 0 }
    kinds.set(kind, { count: sum.count + 1, ms: sum.ms + Date.parse(done.at) - Date.parse(started?.at ?? done.at) })
  }
  return kinds
}

const phases = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => {
    if (entry.kind !== 'phase-ended') return []
    const began = entries.find(({ kind, phase }) => kind === 'phase-started' && phase === entry.phase)
    return [`  phase ${entry.phase}: ${((Date.parse(entry.at) - Date.parse(began?.at ?? entry.at)) / 1000).toFixed(1)} s`]
  })
