/** Counts permits; those who wait are served in order. `take` resolves to the release, which may be called more than once. */
export type Semaphore = { take(signal?: AbortSignal): Promise<() => void> }

export const createSemaphore = (permits: number): Semaphore => {
  let free = permits
  const waiting: (() => void)[] = []
  const release = (): (() => void) => {
    let released = false
    return () => {
      if (released) return
      released = true
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
  const queue = (signal: AbortSignal | undefined): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(admit), 1)
        reject(signal?.reason)
      }
      const admit = (): void => {
        signal?.removeEventListener('abort', onAbort)
        resolve(release())
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      waiting.push(admit)
    })
  return {
    async take(signal) {
      signal?.throwIfAborted()
      if (free === 0) return queue(signal)
      free -= 1
      return release()
    },
  }
}

/** The promise, or the rejection of a signal that is aborted before it settles. */
export const orAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return promise
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
