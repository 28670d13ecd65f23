import type { Problem } from './problem'

/** Work that reaches a host or needs the runner's keys; asked for by web as a row, done by the runner. A closed list. */
export const errandKinds = [
  'prepare-plan',
  'probe-hosts',
  'agent-keys',
  'preflight',
  'tail-log',
  'ask-dmctl',
  'read-dm',
  'fetch-mirror',
  'fetch-packages',
  'inspect-package',
  'scan-tiup',
  'adopt-cluster',
  'compare-tiup',
  'take-tiup',
  'export-cluster',
  'open-export',
  'connect-simulated',
  'verify-audit',
  'preview-hotfix',
  'build-package',
  'verify-package',
  'verify-binaries',
  'check-cluster',
  'check-file',
  'test-channel',
] as const
export type ErrandKind = (typeof errandKinds)[number]

export const isErrandKind = (text: string): text is ErrandKind => errandKinds.some((kind) => kind === text)

/** What is kept of a refusal; its words are looked up when it is shown. */
export type ErrandError = {
  code: string
  params: Readonly<Record<string, string | number>>
  problems: readonly Problem[]
}

/** Progress of an errand: items done of all, and what it is at. Bytes where something is transferred. */
export type ErrandProgress = { done: number; total: number; at: string; doneBytes?: number; totalBytes?: number }
