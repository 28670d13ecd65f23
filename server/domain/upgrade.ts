/** An upgrade that is not final yet. */
export type OpenUpgrade = {
  /** All jobs that worked on it: one that was broken off is taken up by another. */
  jobIds: readonly string[]
  from: string
  to: string
  /** A master of the new version has led, as the plan itself made it. Not so for sure while this is false. */
  led: boolean
}
