import type { HostFacts } from '@/server/domain/facts'
import type { HostProbe } from '@/server/domain/probe'
import type { Guard, StepOf } from '@/server/domain/step'
import type { Words } from '@/server/domain/words/words'
import type { StepKind, Verdict } from './step-kind'
import { judged, unitInWords } from './verdict'

type GuardOf<K extends Guard['guard']> = Extract<Guard, { guard: K }>

type GuardKind<G extends Guard> = {
  needs(asks: G): readonly HostProbe[]
  holds(asks: G, seen: HostFacts): Verdict
  params(asks: G): NonNullable<Words['params']>
  expected(asks: G): string
  seen(asks: G, seen: HostFacts): string
}

const otherListeners = (asks: GuardOf<'port-free-or-ours'>, seen: HostFacts) =>
  (seen.listeners ?? []).filter((one) => one.port === asks.port && one.unit !== asks.unit)

const guards = {
  platform: {
    needs: () => [{ probe: 'system' }],
    holds: (asks, seen) => judged(seen.system, (fact) => fact.os === asks.os && fact.arch === asks.arch),
    params: (asks) => ({ os: asks.os, arch: asks.arch }),
    expected: (asks) => `${asks.os}/${asks.arch}`,
    seen: (_asks, seen) => (seen.system ? `${seen.system.os}/${seen.system.arch}` : 'unknown'),
  } satisfies GuardKind<GuardOf<'platform'>>,
  systemd: {
    needs: () => [{ probe: 'system' }],
    holds: (_asks, seen) => judged(seen.system, (fact) => fact.init === 'systemd'),
    params: () => ({}),
    expected: () => 'PID 1: systemd',
    seen: (_asks, seen) => (seen.system ? `PID 1: ${seen.system.init}` : 'unknown'),
  } satisfies GuardKind<GuardOf<'systemd'>>,
  root: {
    needs: () => [{ probe: 'system' }],
    holds: (_asks, seen) => judged(seen.root, (root) => root === 'yes' || root === 'sudo'),
    params: () => ({}),
    expected: () => 'root, or sudo',
    seen: (_asks, seen) => seen.root ?? 'unknown',
  } satisfies GuardKind<GuardOf<'root'>>,
  'port-free-or-ours': {
    needs: () => [{ probe: 'listeners' }],
    holds: (asks, seen) => judged(seen.listeners, () => otherListeners(asks, seen).length === 0),
    params: (asks) => ({ port: asks.port, unit: asks.unit }),
    expected: (asks) => `port ${asks.port} free, or of ${asks.unit}`,
    seen(asks, seen) {
      if (!seen.listeners) return 'unknown'
      const others = otherListeners(asks, seen).map(
        (one) => `${one.process || 'a process'} (pid ${one.pid}${one.unit ? `, ${one.unit}` : ''})`,
      )
      return others.length > 0 ? `port ${asks.port}: ${others.join(', ')}` : `port ${asks.port} free or ours`
    },
  } satisfies GuardKind<GuardOf<'port-free-or-ours'>>,
  'disk-free': {
    needs: (asks) => [{ probe: 'disk', path: asks.path }],
    holds: (asks, seen) => judged(seen.disks[asks.path], (fact) => fact.freeBytes >= asks.bytes),
    params: (asks) => ({ path: asks.path, mib: Math.ceil(asks.bytes / 1024 ** 2) }),
    expected: (asks) => `${Math.ceil(asks.bytes / 1024 ** 2)} MiB free`,
    seen(asks, seen) {
      const fact = seen.disks[asks.path]
      return fact ? `${Math.floor(fact.freeBytes / 1024 ** 2)} MiB free on ${fact.mount}` : 'unknown'
    },
  } satisfies GuardKind<GuardOf<'disk-free'>>,
  'unit-known': {
    needs: (asks) => [{ probe: 'unit', unit: asks.unit, hashExe: false }],
    holds: (asks, seen) => judged(seen.units[asks.unit], (fact) => fact.loadState === 'loaded'),
    params: (asks) => ({ unit: asks.unit }),
    expected: () => 'LoadState=loaded',
    seen: (asks, seen) => unitInWords(seen.units[asks.unit]),
  } satisfies GuardKind<GuardOf<'unit-known'>>,
} satisfies { [K in Guard['guard']]: GuardKind<GuardOf<K>> }

/** Parameters of methods are bivariant, so the exact table may be read as a plain one; a guard only ever meets its own row. */
const kindOf = (asks: Guard): GuardKind<Guard> => {
  const table: Record<Guard['guard'], GuardKind<Guard>> = guards
  return table[asks.guard]
}

/** A condition that must hold whenever it is asked. Does nothing; `predict` changes nothing. */
export const guard: StepKind<StepOf<'guard'>> = {
  title: ({ asks }) => ({ word: `step.guard-${asks.guard}`, params: kindOf(asks).params(asks) }),
  needs: ({ asks }) => kindOf(asks).needs(asks),
  satisfied: ({ asks }, seen) => kindOf(asks).holds(asks, seen),
  acts: () => [],
  predict: (_step, seen) => seen,
  explain: ({ asks }, seen) => ({ expected: kindOf(asks).expected(asks), seen: kindOf(asks).seen(asks, seen) }),
  afterCrash: 'probe',
  volatile: true,
}
