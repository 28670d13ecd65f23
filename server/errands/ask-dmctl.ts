import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { type DmctlAnswer, dmctlAsk } from '@/server/domain/dmctl/input'
import { parseDmctlLine } from '@/server/domain/dmctl/line'
import { maskAnswer } from '@/server/domain/dmctl/mask'
import type { PackageInfo } from '@/server/domain/package'
import type { DmctlRef } from '@/server/domain/step'
import { hostsOf } from '@/server/domain/topology/instances'
import { normalVersion } from '@/server/domain/topology/names'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import type { OperationInput } from '@/server/operations/input'
import { dmctlHost, dmctlRef } from '@/server/operations/sources'
import { parseDmctlRun, refusalOf } from '@/server/probes/dmctl-answers'
import { runTyped } from '@/server/probes/dmctl-script'
import type { Target } from '@/server/remote/transport'
import { idHash, panelRoot } from '@/server/steps/staging'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { findPackage, listPackages } from '@/server/store/packages'
import { bringPackage } from './ask-tasks'
import type { ErrandRun } from './errand-run'
import { reachTo, targetOf } from './look-at-hosts'
import { existingCluster } from './prepare-existing'

const askShape = dmctlAsk.extend({ cluster: z.string() })

/**
 * A line of dmctl that changes nothing, on a master's host as the deploy user; one that changes something is none of its. Throws dmctl-absent,
 * dmctl-refused.
 */
export const askDmctlLine = async (run: ErrandRun, raw: unknown): Promise<DmctlAnswer> => {
  const { cluster: name, line: text, version: chosen, host, timeoutS } = askShape.parse(raw)
  const { cluster, input } = await existingCluster(run, { clusterName: name })
  const version = chosen === '' ? cluster.version : normalVersion(chosen)
  const line = parseDmctlLine(text, { files: [], version })
  if ('problems' in line || line.command.effect !== 'reads') throw new AppError('usecases.dmctl-by-plan', 422)
  const dmctl = dmctlFor(cluster, await listPackages(run.db), version)
  if (!dmctl) throw new AppError('dmctl.no-package', 409, { params: { version } })
  const { ref, target } = await dmctlAt(run, { cluster, input, dmctl, host })
  const began = run.now().getTime()
  const box = `${panelRoot}/dmctl.${idHash(randomUUID())}`
  const argv = runTyped(ref, { words: line.words, box, input: false, seconds: timeoutS })
  const ran = await run.transport.run(target, { argv, as: 'root', deadlineMs: (timeoutS + 130) * 1000 }, { signal: run.signal })
  const [said] = parseDmctlRun(ran.stdout)
  if (!said) throw absent(ran.stderr.trim().split('\n').at(-1) ?? '')
  const no = refusalOf(said)
  if (no) throw new AppError('errands.dmctl-refused', 409, { params: { said: maskAnswer(no.error) } })
  const now = run.now()
  return { at: now.toISOString(), host: target.host, text: maskAnswer(said.text), ms: now.getTime() - began }
}

const absent = (why: string): AppError => new AppError('errands.dmctl-absent', 409, { params: { why } })

type At = { cluster: ClusterWithTopology; input: OperationInput; dmctl: PackageInfo; host?: string }

/** Where dmctl runs, with its package in that host's cache. Throws dmctl-absent. */
export const dmctlAt = async (run: ErrandRun, { cluster, input, dmctl, host: asked }: At): Promise<{ ref: DmctlRef; target: Target }> => {
  const ref = dmctlRef(cluster.topology, { ...input, dmctl })
  const host = hostsOf(cluster.topology).find(({ hostId }) => hostId === dmctlHost(cluster.topology, asked))
  const kept = await findPackage(run.db, dmctl.sha256)
  if (!ref || !host || !kept) throw absent(`no package of dmctl ${dmctl.version}`)
  const target = targetOf(host, input.deploy, reachTo(cluster))
  const why = await bringPackage(run, target, kept)
  if (why !== undefined) throw absent(why)
  return { ref, target }
}
