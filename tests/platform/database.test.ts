import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { LedgerEntry } from '@/server/domain/ledger'
import { openDatabase } from '@/server/store/database'
import { readLedger } from '@/server/store/ledger'
import { MigrationRefused, migrate } from '@/server/store/migrate'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

const open: TestDatabase[] = []
const database = async () => {
  const made = await testDatabase()
  open.push(made)
  return made
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const cluster = { name: 'c1', lifecycle: 'deployed', version: 'v8.5.0', deployUser: 'tidb', revision: 1, credentialId: 'k', createdBy: 'u' }

describe('database', () => {
  it('gives each test a database of its own', async () => {
    const [a, b] = [await database(), await database()]
    await a.db.cluster.create({ data: cluster })
    expect(await b.db.cluster.count()).toBe(0)
  })

  it('holds references: a revision without its cluster is refused', async () => {
    const { db } = await database()
    const revision = { id: 'r', cluster: 'nobody', revision: 1, topology: '{}', yaml: '', createdBy: 'u' }
    await expect(db.clusterRevision.create({ data: revision })).rejects.toThrow(/[Ff]oreign key/)
  })

  it('keeps a plain write that comes while a transaction is open, even when that one rolls back', async () => {
    const { db } = await database()
    const undone = db.$transaction(async (tx) => {
      await tx.setting.create({ data: { key: 'inside', value: 'v' } })
      await new Promise((resolve) => setTimeout(resolve, 50))
      throw new Error('rolled back')
    })
    const kept = new Promise((resolve) => setTimeout(resolve, 10)).then(() => db.setting.create({ data: { key: 'beside', value: 'v' } }))
    await expect(undone).rejects.toThrow('rolled back')
    await kept
    expect((await db.setting.findMany()).map(({ key }) => key)).toEqual(['beside'])
  })

  it('waits for the other connection that writes at the same time', async () => {
    const { db, url } = await database()
    const other = await openDatabase(url)
    const writes = Array.from({ length: 200 }, (_, n) => (n % 2 ? db : other).setting.create({ data: { key: `k${n}`, value: 'v' } }))
    await Promise.all(writes)
    expect(await db.setting.count()).toBe(200)
    await other.$disconnect()
  })
})

describe('migrate', () => {
  const migrations = (...list: [name: string, sql: string][]) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-test-migrations-'))
    for (const [name, sql] of list) {
      mkdirSync(path.join(folder, name))
      writeFileSync(path.join(folder, name, 'migration.sql'), sql)
    }
    return folder
  }
  const freshUrl = () => `file:${mkdtempSync(path.join(tmpdir(), 'dm-panel-test-'))}/p.sqlite`
  const parentAndChild = [
    '1',
    `CREATE TABLE "p" ("id" INTEGER PRIMARY KEY); CREATE TABLE "c" ("p" INTEGER REFERENCES "p"("id") ON DELETE CASCADE);
     INSERT INTO "p" VALUES (1); INSERT INTO "c" VALUES (1);`,
  ] as [string, string]

  it('what lies on an instance is in the ledger alone; instances that had left their cluster are closed there', async () => {
    const url = freshUrl()
    const shipped = path.join(process.cwd(), 'prisma/migrations/sqlite')
    const names = readdirSync(shipped).filter((name) => /^\d+_/.test(name))
    const at = names.findIndex((name) => name.endsWith('_one_ledger'))
    const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-test-migrations-'))
    for (const name of names.slice(0, at)) cpSync(path.join(shipped, name), path.join(folder, name), { recursive: true })
    await migrate(url, folder)
    const db = new Database(url.slice('file:'.length))
    const installed = db.prepare(`INSERT INTO "Installed" VALUES (?, ?, ?, 'e', '2026-11-01T00:00:00.000+00:00')`)
    installed.run('c1', 'stays', 'A')
    installed.run('c1', 'unknown', 'B')
    const noted = db.prepare(
      `INSERT INTO "Ledger" ("id", "cluster", "instance", "packageSha256", "entrySha256", "since", "kind") VALUES (?, ?, ?, ?, 'e', ?, 'deploy')`,
    )
    noted.run('1', 'c1', 'stays', 'A', '2026-11-01T00:00:00.000+00:00')
    noted.run('2', 'c1', 'left', 'A', '2026-11-01T00:00:00.000+00:00')
    noted.run('3', 'c2', 'stays', 'A', '2026-11-01T00:00:00.000+00:00') // of another cluster, where it has left
    db.close()
    cpSync(path.join(shipped, names[at] ?? ''), path.join(folder, names[at] ?? ''), { recursive: true })
    expect(await migrate(url, folder)).toEqual([names[at]])
    for (const name of names.slice(at + 1)) cpSync(path.join(shipped, name), path.join(folder, name), { recursive: true })
    await migrate(url, folder)
    const panel = await openDatabase(url)
    const said = (entries: LedgerEntry[]) => entries.map((one) => [one.instance, one.packageSha256, one.supersededAt !== null, one.leftBy])
    expect(said(await readLedger(panel, 'c1')).toSorted()).toEqual([
      ['left', 'A', true, ''],
      ['stays', 'A', false, undefined],
      ['unknown', 'B', false, undefined],
    ])
    expect(said(await readLedger(panel, 'c2'))).toEqual([['stays', 'A', true, '']])
    await panel.$disconnect()
  })

  it('applies each migration once', async () => {
    const url = freshUrl()
    const folder = migrations(['1', 'CREATE TABLE "a" ("x" TEXT)'], ['2', 'CREATE TABLE "b" ("x" TEXT)'])
    expect(await migrate(url, folder)).toEqual(['1', '2'])
    expect(await migrate(url, folder)).toEqual([])
  })

  it('keeps the rows of a child when its parent table is rebuilt', async () => {
    const url = freshUrl()
    const rebuild =
      'CREATE TABLE "n" ("id" INTEGER PRIMARY KEY, "y" TEXT); INSERT INTO "n" ("id") SELECT "id" FROM "p"; DROP TABLE "p"; ALTER TABLE "n" RENAME TO "p";'
    await migrate(url, migrations(parentAndChild, ['2', rebuild]))
    const db = await openDatabase(url)
    expect(await db.$queryRawUnsafe('SELECT count(*) AS n FROM "c"')).toEqual([{ n: 1n }])
    await db.$disconnect()
  })

  it('changes nothing when a migration would leave a broken reference', async () => {
    const url = freshUrl()
    const folder = migrations(parentAndChild)
    await migrate(url, folder)
    cpSync(migrations(['2', 'DELETE FROM "p"; CREATE TABLE "z" ("x" TEXT);']), folder, { recursive: true })
    await expect(migrate(url, folder)).rejects.toThrow(/references/)
    expect(await migrate(url, migrations(parentAndChild))).toEqual([])
  })

  it('refuses a migration that was edited after it had been applied', async () => {
    const url = freshUrl()
    await migrate(url, migrations(['1', 'CREATE TABLE "a" ("x" TEXT)']))
    await expect(migrate(url, migrations(['1', 'CREATE TABLE "a" ("y" TEXT)']))).rejects.toThrow(MigrationRefused)
  })

  it('refuses a database that a newer program made', async () => {
    const url = freshUrl()
    await migrate(url, migrations(['1', 'CREATE TABLE "a" ("x" TEXT)'], ['2', 'CREATE TABLE "b" ("x" TEXT)']))
    await expect(migrate(url, migrations(['1', 'CREATE TABLE "a" ("x" TEXT)']))).rejects.toThrow(/newer/)
  })
})
