import { defaultPace, type Pace } from '@/components/rolling/pace'
import { everything, type Selection } from '@/components/rolling/selection'

/** What the patch wizard keeps. */
export type PatchDraft = {
  packages: readonly string[]
  selection: Selection
  pace: Pace
  /** Asked, never preset: null until somebody chose. */
  overwrite: boolean | null
  offline: boolean
  ticket: string
  due: string
  notes: string
}

export const empty: PatchDraft = {
  packages: [],
  selection: everything,
  pace: defaultPace,
  overwrite: null,
  offline: false,
  ticket: '',
  due: '',
  notes: '',
}
