import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Db, openDatabase } from '@/server/store/database'
import { migrate } from '@/server/store/migrate'

export type TestDatabase = {
  db: Db
  /** `file:` URL, for a second process or connection. */
  url: string
  /** The folder it lies in; may be used as a data folder. */
  folder: string
  close(): Promise<void>
}

/** A migrated database of its own: one base file per run, copied. Call `close` when done. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const base = await baseFile()
  const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-test-'))
  const file = path.join(folder, 'panel.sqlite')
  copyFileSync(base, file)
  const url = `file:${file}`
  const db = await openDatabase(url)
  return {
    db,
    url,
    folder,
    close: async () => {
      await db.$disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Named after the newest change of the migrations, so that no run ever uses a stale one; made aside and renamed, for parallel workers. */
const baseFile = async (): Promise<string> => {
  const folder = path.join(tmpdir(), `dm-panel-test-base-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${newestMigration()}.sqlite`)
  if (existsSync(file)) return file
  const aside = mkdtempSync(path.join(folder, 'making-'))
  await migrate(`file:${aside}/base.sqlite`)
  renameSync(`${aside}/base.sqlite`, file)
  rmSync(aside, { recursive: true })
  return file
}

const newestMigration = (): string => {
  const migrations = path.resolve('prisma/migrations/sqlite')
  const files = readdirSync(migrations, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'))
  return String(Math.max(...files.map((name) => Math.trunc(statSync(path.join(migrations, name)).mtimeMs))))
}
