import { until } from '../support/panel'
import type { Chance } from './chance'
import type { Ground, Row } from './ground'

/** Something that goes wrong while a job runs; `heal` ends it. */
export type Fault = { what: string; heal(): Promise<void> }

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const onHost =
  (line: (row: Row) => string) =>
  async ({ panel }: Ground, row: Row): Promise<Fault> => {
    const address = row.host
    panel.fault(address, line(row))
    return { what: `${address}: ${line(row)}`, heal: async () => panel.fault(address) }
  }

const killed =
  (half: 'runner' | 'web') =>
  async ({ panel, api }: Ground): Promise<Fault> => {
    const pid = panel.kill(half)
    const heal = async (): Promise<void> => {
      const isUp = async (): Promise<boolean> => {
        const health = await api.get<{ ok: boolean }>('/api/health').catch(() => ({ ok: false }))
        return (
          health.ok &&
          panel.output().lastIndexOf(`The ${half} process has the id ${pid}`) < panel.output().lastIndexOf(`The ${half} process`)
        )
      }
      await until(isUp, 60_000)
    }
    return { what: `${half} killed`, heal }
  }

const unitOf = ({ unit }: Row): string => unit.replace(/\.service$/, '')

const kinds = [
  killed('runner'),
  killed('runner'),
  killed('web'),
  onHost(() => 'silent'),
  onHost(() => 'disk-full'),
  onHost((row) => `fail-start ${unitOf(row)}`),
  onHost((row) => `crash ${unitOf(row)}`),
]

/** Lets one happen after a while, if the job still runs. */
export const makeFault = async (ground: Ground, chance: Chance, rows: readonly Row[]): Promise<Fault> => {
  await pause(300 + chance.below(6000))
  return chance.pick(kinds)(ground, chance.pick(rows))
}
