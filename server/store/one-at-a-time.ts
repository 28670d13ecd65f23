import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils'

/**
 * The SQLite adapter has one connection per process, and guards it for transactions only: a plain query that comes while a
 * transaction is open would join it, and be lost when that one rolls back. Here plain queries wait for their turn too.
 * Consequence: inside `$transaction(async (tx) => …)` only `tx` may be used; `db` would wait for its own transaction.
 */
export const oneAtATime = (factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory => ({
  provider: factory.provider,
  adapterName: factory.adapterName,
  connect: async () => inTurn(await factory.connect()),
})

type Release = () => void

const inTurn = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
  const take = turns()
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = await take()
    try {
      return await work()
    } finally {
      release()
    }
  }
  const info = adapter.getConnectionInfo?.bind(adapter)
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => alone(() => adapter.queryRaw(query)),
    executeRaw: (query) => alone(() => adapter.executeRaw(query)),
    executeScript: (script) => alone(() => adapter.executeScript(script)),
    startTransaction: async (level) => {
      const release = await take()
      try {
        const transaction = await adapter.startTransaction(level)
        await takeWriteLock(transaction)
        return releasing(transaction, release)
      } catch (error) {
        release()
        throw error
      }
    },
    dispose: () => adapter.dispose(),
    ...(info && { getConnectionInfo: info }),
  }
}

/**
 * The adapter begins transactions deferred: one that reads first and then writes fails at once when the other process wrote in between,
 * whatever the busy timeout. A write that changes nothing takes the write lock before anything is read, and waits for it.
 */
const takeWriteLock = async (transaction: Transaction): Promise<void> => {
  try {
    await transaction.executeRaw({ sql: 'UPDATE "Setting" SET "key" = "key" WHERE 0', args: [], argTypes: [] })
  } catch (error) {
    await transaction.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] })
    await transaction.rollback()
    throw error
  }
}

/** The turn ends with the transaction, however that ends. */
const releasing = (transaction: Transaction, release: Release): Transaction => {
  const { commit, rollback } = transaction
  transaction.commit = () => commit.call(transaction).finally(release)
  transaction.rollback = () => rollback.call(transaction).finally(release)
  return transaction
}

/** First come, first served. */
const turns = (): (() => Promise<Release>) => {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    let release: Release = () => {}
    last = new Promise((resolve) => {
      release = resolve
    })
    await before
    return release
  }
}
