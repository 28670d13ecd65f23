import { type HostFacts, noHostFacts } from '@/server/domain/facts'
import type { HostProbe } from '@/server/domain/probe'
import { authorizedKey, keysFileFunction } from './authorized-key'
import { disk } from './disk'
import { fileAs } from './file-as'
import type { HostProbeName, HostQuestion, ProbeOf } from './host-question'
import { listeners } from './listeners'
import { packageInCache } from './package-in-cache'
import { path } from './path'
import { reach } from './reach'
import { system } from './system'
import { unit } from './unit'
import { usage } from './usage'
import { user } from './user'
import { userUnits } from './user-units'

const questions = {
  system,
  user,
  path,
  unit,
  listeners,
  disk,
  'authorized-key': authorizedKey,
  package: packageInCache,
  reach,
  usage,
  'user-units': userUnits,
  'file-as': fileAs,
} satisfies { [K in HostProbeName]: HostQuestion<ProbeOf<K>> }

const functionOf = (name: string): string => `probe_${name.replace('-', '_')}`

const functions = Object.entries(questions).map(([name, { body }]) => `${functionOf(name)}() {${body}\n}`)

/** The one text that asks everything; arguments: per probe its function, the number of its arguments, and these. */
export const probeScript = {
  name: 'probe',
  text: `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
${keysFileFunction}
${functions.join('\n')}
reaches=()
while [ $# -gt 1 ]; do
  if [ "$1" = probe_reach ]; then
    reaches+=("$3" "$4")
  else
    printf '::probe %s\\n' "$1"
    "$1" "\${@:3:$2}" 2>/dev/null </dev/null
  fi
  shift $(($2 + 2))
done
if [ "\${#reaches[@]}" -gt 0 ]; then
  printf '::probe probe_reach\\n'
  set -- "\${reaches[@]}"
  while [ $# -gt 1 ]; do
    probe_reach "$1" "$2" </dev/null &
    shift 2
  done
  wait
fi
printf '::probed\\n'`,
}

/** argv that asks a host all of these at once; to be run as root. Read-only. */
export const askHost = (probes: readonly HostProbe[]): string[] => [
  '/bin/bash',
  '-c',
  probeScript.text,
  `dm-panel:${probeScript.name}`,
  ...unique(probes).flatMap((probe) => {
    const args = argsOf(probe)
    return [functionOf(probe.probe), String(args.length), ...args]
  }),
]

/** Facts from what `askHost(probes)` printed. What is missing or torn stays unknown. */
export const parseHost = (probes: readonly HostProbe[], stdout: string, observedAt: string): HostFacts => {
  const sections = sectionsOf(stdout)
  const reached = sections.find(({ name }) => name === functionOf('reach'))?.lines ?? []
  const others = sections.filter(({ name }) => name !== functionOf('reach'))
  let next = 0
  return unique(probes).reduce((facts, probe) => {
    if (probe.probe === 'reach') return note(probe, reached, facts)
    const section = others[next++]
    return section && section.name === functionOf(probe.probe) ? note(probe, section.lines, facts) : facts
  }, noHostFacts(observedAt))
}

/** One question per subject: asked with and without a hash or size means asked with it. */
export const unique = (probes: readonly HostProbe[]): HostProbe[] => {
  const bySubject = new Map<string, HostProbe>()
  for (const probe of probes) {
    const key = JSON.stringify([probe.probe, ...argsOf(plain(probe))])
    const before = bySubject.get(key)
    if (!before || asksHash(probe)) bySubject.set(key, probe)
  }
  return [...bySubject.values()]
}

const asksHash = (probe: HostProbe): boolean =>
  (probe.probe === 'path' && probe.hash) ||
  (probe.probe === 'unit' && probe.hashExe) ||
  (probe.probe === 'usage' && probe.size) ||
  (probe.probe === 'file-as' && probe.hash)

const plain = (probe: HostProbe): HostProbe => {
  if (probe.probe === 'path' || probe.probe === 'file-as') return { ...probe, hash: false }
  if (probe.probe === 'usage') return { ...probe, size: false }
  return probe.probe === 'unit' ? { ...probe, hashExe: false } : probe
}

const argsOf = (probe: HostProbe): readonly string[] => questionOf(probe).args(probe)
const note = (probe: HostProbe, lines: readonly string[], facts: HostFacts): HostFacts => questionOf(probe).note(probe, lines, facts)

/** Parameters of methods are bivariant, so the exact table may be read as a plain one; a probe only ever meets its own row. */
const questionOf = (probe: HostProbe): HostQuestion<HostProbe> => {
  const table: Record<HostProbeName, HostQuestion<HostProbe>> = questions
  return table[probe.probe]
}

const sectionsOf = (stdout: string): { name: string; lines: string[] }[] => {
  const sections: { name: string; lines: string[] }[] = []
  for (const line of stdout.split('\n')) {
    if (line.startsWith('::probe ')) sections.push({ name: line.slice('::probe '.length), lines: [] })
    else if (line === '::probed') break
    else if (line !== '') sections.at(-1)?.lines.push(line)
  }
  return sections
}
