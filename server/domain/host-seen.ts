import type { HostFacts } from './facts'

/** What is worth keeping of a host's facts, for people. */
export type KeptHostFacts = {
  distribution: string
  os: string
  arch: string
  cpus: number
  memoryMiB: number
  /** One per mount that something of ours lies on, the fullest first. */
  disks: readonly { mount: string; sizeBytes: number; freeBytes: number }[]
}

/** A host was asked: it answered (`error` is ''), or why it did not. */
export type HostSighting = { address: string; port: number; at: string; error: string; facts?: KeptHostFacts }

/** undefined where the facts hold no system or no disk: then what was kept before is better. */
export const keptFactsOf = (facts: HostFacts): KeptHostFacts | undefined => {
  const byMount = new Map(
    Object.values(facts.disks).flatMap(({ mount, sizeBytes, freeBytes }) =>
      sizeBytes ? [[mount, { mount, sizeBytes, freeBytes }] as const] : [],
    ),
  )
  if (!facts.system || byMount.size === 0) return undefined
  const { distribution, os, arch, cpus, memoryMiB } = facts.system
  const disks = [...byMount.values()].sort((a, b) => a.freeBytes / a.sizeBytes - b.freeBytes / b.sizeBytes)
  return { distribution, os, arch, cpus, memoryMiB, disks }
}
