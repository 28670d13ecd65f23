import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'

/** The database was made by a newer program, or a migration was edited after it had been applied. Nothing was changed. */
export class MigrationRefused extends Error {
  override name = 'MigrationRefused'
}

type Migration = { name: string; sql: string; checksum: string }

const shipped = fileURLToPath(new URL('../../prisma/migrations/sqlite', import.meta.url))

/**
 * Brings the database at `url` to the schema of this program and returns the names of the migrations it applied.
 * All or nothing; two starters at once wait for each other. Throws `MigrationRefused`.
 */
export const migrate = async (url: string, folder: string = shipped): Promise<string[]> => {
  const db = new Database(url.slice('file:'.length))
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('busy_timeout = 10000')
    // SQLite rebuilds a table by DROP TABLE, which cascades; inside a transaction this pragma would do nothing.
    db.pragma('foreign_keys = OFF')
    db.exec('BEGIN IMMEDIATE')
    try {
      const applied = applyMissing(db, readMigrations(folder))
      db.exec('COMMIT')
      return applied
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      throw error
    }
  } finally {
    db.close()
  }
}

const readMigrations = (folder: string): Migration[] =>
  readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })

const applyMissing = (db: Database.Database, migrations: readonly Migration[]): string[] => {
  db.exec(historyTable)
  const history = readHistory(db)
  refuseWrongHistory(history, migrations)
  const missing = migrations.filter((migration) => !history.has(migration.name))
  const insert = db.prepare(
    'INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)',
  )
  for (const { name, sql, checksum } of missing) {
    const startedAt = Date.now()
    db.exec(sql)
    insert.run(randomUUID(), checksum, Date.now(), name, startedAt)
  }
  const broken = db.pragma('foreign_key_check') as unknown[] // the pragma's rows have no type of their own
  if (broken.length > 0) throw new Error(`The migration would break ${broken.length} references between tables; nothing was changed.`)
  return missing.map((migration) => migration.name)
}

const readHistory = (db: Database.Database): Map<string, string> => {
  const rows = db
    .prepare<[], { name: string; checksum: string }>(
      'SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
    )
    .all()
  return new Map(rows.map((row) => [row.name, row.checksum]))
}

const refuseWrongHistory = (history: ReadonlyMap<string, string>, migrations: readonly Migration[]): void => {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]))
  for (const [name, checksum] of history) {
    const ours = known.get(name)
    if (ours === undefined)
      throw new MigrationRefused(`The database is newer than this program: it has the migration "${name}". Start the newer program.`)
    if (ours !== checksum) throw new MigrationRefused(`The migration "${name}" was edited after it had been applied.`)
  }
}

/** The table that Prisma's own tool keeps, so that it could take over. */
const historyTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`
