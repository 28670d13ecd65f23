import type { BreakIn } from '@/server/domain/job'
import type { StepOf } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import { LinkLost } from '@/server/remote/transport'
import { unitRunning } from '@/server/steps/unit-running'
import { unitInWords } from '@/server/steps/verdict'
import { findCluster } from '@/server/store/clusters'
import type { JobRun } from './job-run'

/** While a job waits: starts or restarts the single instances that users asked for, under its lease and its locks. */
export const breakInAsAsked = async (run: JobRun): Promise<void> => {
  for (const asked of run.writer.view.breakIns.filter(({ end }) => !end)) {
    const outcome = await breakIn(run, asked)
    await run.writer.append({ kind: 'break-in-ended', breakIn: asked.id, ...outcome })
  }
}

const breakIn = async (run: JobRun, { id, instance, verb }: BreakIn): Promise<{ done: boolean; seen: string }> => {
  const cluster = await findCluster(run.engine.db, run.plan.cluster)
  const one = cluster && instancesOf(cluster.topology).find((each) => each.id === instance)
  if (!one) return { done: false, seen: `the cluster has no ${instance}` }
  const host = one.hostId
  if (!run.plan.hosts[host]) return { done: false, seen: `${host} is not among this job's hosts` }
  const started = verb === 'restart' ? 'this-turn' : 'any'
  const step: StepOf<'unit-running'> = { kind: 'unit-running', id: `break-in/${id}`, host, unit: one.unit, started, logs: [] }
  try {
    for (const act of unitRunning.acts(step)) {
      if (act.act !== 'exec') continue
      const { exitCode, stderr } = await run.hosts.exec(host, 'deploy', act)
      if (exitCode !== 0) return { done: false, seen: `${one.unit}: exit ${exitCode}: ${stderr.trim().slice(0, 300)}` }
    }
    const seen = await run.hosts.probe(host, 'deploy', unitRunning.needs(step))
    const done = unitRunning.satisfied({ ...step, started: 'any' }, seen, { incarnation: '' }) === 'yes'
    return { done, seen: `${one.unit}: ${unitInWords(seen.units[one.unit])}` }
  } catch (error) {
    if (error instanceof LinkLost) return { done: false, seen: error.message }
    throw error
  }
}
