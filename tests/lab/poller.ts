/** Asks every master for the member list, again and again, from outside; what did not come back with a leader is a failed request. */
export type Poller = {
  /** Ends the asking. Requests and failures by address. */
  stop: () => Promise<Record<string, Polled>>
}
export type Polled = { asked: number; failed: { atMs: number; why: string }[] }

const everyMs = 100
const patienceMs = 2000

export const pollMasters = (addresses: readonly string[]): Poller => {
  const polled: Record<string, Polled> = Object.fromEntries(addresses.map((address) => [address, { asked: 0, failed: [] }]))
  let ending = false
  const watch = async (address: string, seen: Polled): Promise<void> => {
    while (!ending) {
      const atMs = Date.now()
      seen.asked += 1
      const why = await ask(address)
      if (why !== undefined) seen.failed.push({ atMs, why })
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }
  const all = Promise.all(Object.entries(polled).map(([address, seen]) => watch(address, seen)))
  return {
    async stop() {
      ending = true
      await all
      return polled
    },
  }
}

/** Why the answer is of no use; undefined for a good one. */
const ask = async (address: string): Promise<string | undefined> => {
  try {
    const answer = await fetch(`http://${address}/apis/v1alpha1/members?leader=true`, { signal: AbortSignal.timeout(patienceMs) })
    const text = await answer.text()
    if (answer.status !== 200) return `HTTP ${answer.status}: ${text.slice(0, 120)}`
    return /"name":\s*"[^"]+"/.test(text) ? undefined : `no leader: ${text.slice(0, 120)}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A master's own turn in a job: from its lane's beginning to its end. */
export type OwnTurn = { address: string; fromMs: number; toMs: number }

/** Failures outside the asked master's own turn: what users of DM would have noticed. */
export const failedElsewhere = (polled: Record<string, Polled>, turns: readonly OwnTurn[]): string[] =>
  Object.entries(polled).flatMap(([address, { failed }]) =>
    failed
      .filter(({ atMs }) => !turns.some((turn) => turn.address === address && atMs >= turn.fromMs - patienceMs && atMs <= turn.toMs))
      .map(({ atMs, why }) => `${address} at ${new Date(atMs).toISOString()}: ${why}`),
  )
