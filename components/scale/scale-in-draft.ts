import { defaultPace, type Pace } from '@/components/rolling/pace'
import { everything, type Selection } from '@/components/rolling/selection'

/** What the scale-in wizard keeps. */
export type ScaleInDraft = {
  selection: Selection
  pace: Pace
  force: boolean
  /** Node → why it may go bound. */
  unbound: Readonly<Record<string, string>>
  credentialId: string
}

export const empty: ScaleInDraft = { selection: everything, pace: defaultPace, force: false, unbound: {}, credentialId: '' }
