import type { ErrandView } from '@/server/domain/api'
import type { VerifiedBinaries } from '@/server/domain/api-ledger'
import { heal } from '@/tests/support/lab'
import { labVersion } from './connect'
import { on } from './on-host'
import { bindingsAt, createSource, type RunningCluster, startRunningCluster, threeAndThree } from './running-cluster'

/** 3 + 3 + monitors with two bound sources, on which suites run one after another. */
export type SharedCluster = {
  /**
   * The cluster for the next suite: a release's own programs, everything up, both sources served. The one that runs if it is that; else
   * it is said what the suite before left behind, and a new one is made.
   */
  take: () => Promise<RunningCluster>
  stop: () => Promise<void>
}

export const sources: readonly string[] = ['mysql-01', 'mysql-02']
/** Of both sources, in clear. */
export const sourcePassword = 'as-given-in-clear'

export const sharedCluster = (): SharedCluster => {
  let lab: RunningCluster | undefined
  const stop = async (): Promise<void> => {
    await lab?.panel.stop()
    lab = undefined
  }
  return {
    take: async () => {
      if (lab) {
        const wrong = await wrongWith(lab).catch((error: unknown) => [String(error)])
        if (wrong.length === 0) return lab
        console.warn(
          `The suite before left the cluster in a state that the next can't begin with, so it gets another one:\n${wrong.join('\n')}`,
        )
        await stop()
        await Promise.all([1, 2, 3, 4, 5, 6].map((index) => heal(index)))
      }
      const begun = performance.now()
      lab = await startRunningCluster(threeAndThree)
      for (const id of sources) await createSource(lab.address(1), id, sourcePassword)
      console.log(`a new cluster runs after ${((performance.now() - begun) / 1000).toFixed(0)} s`)
      return lab
    },
    stop,
  }
}

/** What differs from a cluster that was just made, one line each. */
const wrongWith = async (lab: RunningCluster): Promise<string[]> => {
  const { id } = await lab.api.get<ErrandView>('/api/clusters/lab/verify-binaries')
  const [{ rows }, detail, served, slow] = await Promise.all([
    lab.api.errandDone<VerifiedBinaries>(id),
    lab.detail(),
    bindingsAt(lab.address(1)),
    Promise.all(
      lab.hosts.map((host) => on(host, 'bash', '-c', 'find /etc/systemd/system -path "*dm-*.d/*"; systemctl --failed --plain --no-legend')),
    ),
  ])
  const programs = rows
    .filter(({ component }) => component.startsWith('dm-'))
    .map((row) => `${row.instance} ${row.verdict} ${row.says?.release ?? 'silent'}`)
    .toSorted()
  const usual = lab.hosts.map(({ address, index }) => `${address}:${index <= 3 ? 8261 : 8262} as-noted ${labVersion}`)
  const found: readonly [string, unknown, unknown][] = [
    ['job', detail.runningJob, null],
    ['version', detail.version, labVersion],
    ['instances behind in their configuration', detail.unapplied, []],
    ['instances half-joined or half-gone', [...detail.joining, ...detail.leaving], []],
    ['programs of DM', programs, usual],
    ['sources that are served', Object.values(served).toSorted(), sources],
    ['systemd', slow.join('').trim(), ''],
  ]
  return found.flatMap(([what, is, wanted]) =>
    JSON.stringify(is) === JSON.stringify(wanted) ? [] : [`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`],
  )
}
