import type { MirrorView } from '@/server/domain/api'

export type Wanted = { component: string; version: string; os: string; arch: string }

/**
 * What a cluster of one DM version needs from a mirror: each component in that version where the mirror has it, else in its newest
 * (exporters and Alertmanager have versions of their own). `versions` of a mirror stand newest first.
 */
export const neededPackages = ({ components }: Pick<MirrorView, 'components'>, version: string, platform: string): Wanted[] => {
  const [os = '', arch = ''] = platform.split('/')
  return components.flatMap(({ component, platforms }) => {
    const versions = platforms[platform] ?? []
    const chosen = versions.includes(version) ? version : versions[0]
    return chosen === undefined ? [] : [{ component, version: chosen, os, arch }]
  })
}
