/** Lanes that act at the same moment: each has looked at its host and is about to act. */
export type Rendezvous = {
  /** Resolves when every party waits or has left, at the latest when patience ends. */
  wait(party: string): Promise<void>
  /** This party will not come, or is through. */
  leave(party: string): void
}

/** `patience` resolves when nobody is waited for any longer: a host that is silent must not keep the others. */
export const createRendezvous = (parties: readonly string[], patience: () => Promise<void>): Rendezvous => {
  const missing = new Set(parties)
  let open = (): void => {}
  const all = new Promise<void>((resolve) => {
    open = resolve
  })
  const leave = (party: string): void => {
    missing.delete(party)
    if (missing.size === 0) open()
  }
  return {
    leave,
    wait: (party) => {
      leave(party)
      return missing.size === 0 ? Promise.resolve() : Promise.race([all, patience()])
    },
  }
}
