import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaClient } from '@/generated/sqlite/client'
import { oneAtATime } from './one-at-a-time'

/** The panel's books. Only `server/store` builds queries; everybody else hands it on. */
export type Db = PrismaClient

/** What a transaction callback gets: the same queries, no nested transaction. */
export type Tx = Parameters<Parameters<Db['$transaction']>[0]>[0]

/** How long a statement waits for the other process's write before it fails with SQLITE_BUSY. */
const busyTimeoutMs = 10_000

/**
 * Opens the database at `url` (`file:/abs/path.sqlite`). Web and runner open the same file: WAL lets them read beside a write.
 * A transaction that reads before it writes can still fail (P1008, SQLITE_BUSY_SNAPSHOT): use one conditional `updateMany`,
 * or `retryBusy`.
 */
export const openDatabase = async (url: string): Promise<Db> => {
  if (!url.startsWith('file:')) throw new Error(`The database must be a file: URL, not "${url}".`)
  const db = new PrismaClient({
    adapter: oneAtATime(new PrismaBetterSqlite3({ url, timeout: busyTimeoutMs })),
    transactionOptions: { maxWait: busyTimeoutMs, timeout: 30_000 },
  })
  // journal_mode answers with a row, so it must be a query; the others are per connection, of which the adapter has one.
  await db.$queryRawUnsafe('PRAGMA journal_mode = WAL')
  await db.$queryRawUnsafe('PRAGMA synchronous = FULL') // a "started" entry must survive a power cut: intent before act
  await db.$queryRawUnsafe(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  await db.$queryRawUnsafe('PRAGMA foreign_keys = ON')
  return db
}

/** Runs a read-then-write transaction again when the other process wrote in between (P1008, P2034), up to 8 times. */
export const retryBusy = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= 8 || !isBusy(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt * Math.random()))
    }
  }
}

/** A unique key was already there (P2002). */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === 'P2002'

const isBusy = (error: unknown): boolean => ['P1008', 'P2034'].includes(codeOf(error))

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''
