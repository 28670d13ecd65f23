import type { CheckRow } from '@/server/domain/check-row'
import { templates } from '@/server/domain/topology/samples'

export const wizardSteps = ['name', 'topology', 'access', 'checks'] as const
export type WizardStep = (typeof wizardSteps)[number]

/** What the user has typed so far; kept on the server, offered on return. Holds no secret. */
export type Draft = {
  name: string
  version: string
  yaml: string
  credentialId: string
  waivers: readonly { code: string; host: string; reason: string }[]
}

export const emptyDraft: Draft = { name: '', version: '', yaml: templates.minimal, credentialId: '', waivers: [] }

/** A cluster on the simulated hosts, ready to be deployed: their addresses, SSH port and credential are known. */
export const simulatedDraft = (firstAddress: string): Draft => ({
  ...emptyDraft,
  name: 'demo',
  version: 'v8.5.0',
  yaml: templates.minimal
    .replace(/10\.0\.0\.(\d+)/g, (_, last: string) => addressAfter(firstAddress, Number(last) - 11))
    .replace('ssh_port: 22\n', 'ssh_port: 22022\n'),
  credentialId: 'simulated-hosts',
})

const addressAfter = (first: string, count: number): string => first.replace(/\d+$/, (last) => String(Number(last) + count))

/** What the server says of a topology text while it is typed. */
export type TopologyCheck = {
  problems: readonly {
    code: string
    severity: 'error' | 'warning' | 'info'
    path?: string
    line?: number
    column?: number
    params: Readonly<Record<string, string | number>>
  }[]
  /** What the topology names of the user's own files, and which of the chosen ones fit. */
  files: readonly { field: string; path: string; value: string; found: readonly string[] }[]
  instances: readonly { id: string; component: string; host: string; hostId: string; sshPort: number }[]
}

export const noCheck: TopologyCheck = { problems: [], files: [], instances: [] }

/** The user's own files by the path that the topology names; in the browser's memory only, for they may hold passwords. */
export type OwnFiles = Readonly<Record<string, string>>

/** The hosts that SSH must reach, once each. */
export const hostsOf = (check: TopologyCheck): { address: string; port: number }[] => {
  const found = new Map(check.instances.map((one) => [`${one.hostId}:${one.sshPort}`, { address: one.hostId, port: one.sshPort }]))
  return [...found.values()]
}

/** Word of what still hinders the step; undefined when nothing does. */
export const hindranceOf = (
  step: WizardStep,
  draft: Draft,
  seen: { taken: readonly string[]; check: TopologyCheck; hostsReady: boolean; rows: readonly CheckRow[] },
): string | undefined => {
  switch (step) {
    case 'name':
      if (draft.name === '') return 'deploy.name-missing'
      if (!/^[a-zA-Z0-9\-_.]+$/.test(draft.name) || draft.name === '.' || draft.name === '..') return 'deploy.name-bad'
      if (seen.taken.includes(draft.name)) return 'deploy.name-taken'
      return draft.version === '' ? 'deploy.version-missing' : undefined
    case 'topology':
      return seen.check.problems.some((problem) => problem.severity === 'error') || seen.check.instances.length === 0
        ? 'deploy.problems'
        : undefined
    case 'access':
      if (draft.credentialId === '') return 'deploy.credential-missing'
      return seen.hostsReady ? undefined : 'deploy.keys-missing'
    case 'checks':
      if (seen.rows.length === 0) return 'deploy.checks-missing'
      return seen.rows.some((row) => row.state === 'fail') ? 'deploy.checks-failed' : undefined
  }
}
