// node scripts/migration.mjs new NAME   writes the migration from the kept snapshot to prisma/schema.prisma
// node scripts/migration.mjs check      fails when the schema changed and no migration was written
// Works without a database and without a downloaded engine.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { bindMigrationAwareSqlAdapterFactory, mockMigrationAwareAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'

const folder = 'prisma/migrations/sqlite'
const snapshot = `${folder}/schema.snapshot.prisma`

loadEngine()
const [command, name] = process.argv.slice(2)
if (command === 'check') await check()
else if (command === 'new' && /^[a-z0-9_]+$/.test(name ?? '')) await write(name)
else fail('Usage: npm run migration -- check | new NAME   (NAME: small letters, digits, _)')

async function check() {
  if ((await difference()) !== '') fail('prisma/schema.prisma has changed. Write its migration: npm run migration -- new NAME')
  console.log('The migrations match prisma/schema.prisma.')
}

async function write(name) {
  const sql = await difference()
  if (sql === '') return console.log('Nothing to do: the migrations match prisma/schema.prisma.')
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const target = `${folder}/${stamp}_${name}`
  fs.mkdirSync(target, { recursive: true })
  fs.writeFileSync(`${target}/migration.sql`, `${sql}\n`)
  fs.copyFileSync('prisma/schema.prisma', snapshot)
  fs.writeFileSync(`${folder}/migration_lock.toml`, 'provider = "sqlite"\n')
  console.log(`Written: ${target}/migration.sql`)
}

async function difference() {
  const content = fs.readFileSync('prisma/schema.prisma', 'utf8')
  const datamodel = (text) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: text }] })
  const differ = await engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(mockMigrationAwareAdapterFactory('sqlite')),
  )
  const { stdout } = await differ.diff({
    from: fs.existsSync(snapshot) ? datamodel(fs.readFileSync(snapshot, 'utf8')) : { tag: 'empty' },
    to: datamodel(content),
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  })
  differ.free()
  const sql = stdout?.trim() ?? ''
  return sql.startsWith('-- This is an empty migration') ? '' : sql
}

function loadEngine() {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = fs.readFileSync(path.join(path.dirname(entry), 'schema_engine_bg.wasm'))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { './schema_engine_bg.js': engine })
  engine.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error('schema engine:', message) }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
