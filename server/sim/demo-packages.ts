import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { components } from '@/server/domain/component'
import { type PackageComponent, packageFileName } from '@/server/domain/package'

export type DemoPackage = { component: PackageComponent; version: string; path: string; sha256: string; sizeBytes: number }

const wanted: readonly { component: PackageComponent; version: string }[] = [
  ...['v8.5.0', 'v8.5.1'].flatMap((version) =>
    (['dm-master', 'dm-worker', 'dmctl', 'prometheus', 'grafana'] as const).map((component) => ({ component, version })),
  ),
  { component: 'alertmanager', version: 'v0.26.0' },
  { component: 'node_exporter', version: 'v1.5.0' },
  { component: 'blackbox_exporter', version: 'v0.23.0' },
]

/** Small packages for simulated hosts, laid out like real ones; their programs have an ELF header and run nowhere. Same bytes each time. */
export const makeDemoPackages = async (dir: string): Promise<DemoPackage[]> => {
  mkdirSync(dir, { recursive: true })
  const made: DemoPackage[] = []
  for (const { component, version } of wanted) {
    const archive = await makeDemoPackage(component, version)
    const path = join(dir, packageFileName({ component, version, os: 'linux', arch: 'amd64' }))
    if (!existsSync(path)) {
      writeFileSync(`${path}.new`, archive)
      renameSync(`${path}.new`, path)
    }
    made.push({ component, version, path, sha256: createHash('sha256').update(archive).digest('hex'), sizeBytes: archive.length })
  }
  return made
}

/** One such package as bytes. */
export const makeDemoPackage = async (component: PackageComponent, version: string): Promise<Buffer> =>
  gzipSync(await tarOf(filesOf(component, version)), { level: 9 })

type DemoFile = { name: string; mode: number; bytes: Buffer }

const filesOf = (component: PackageComponent, version: string): DemoFile[] => {
  const program = (name: string): DemoFile => ({ name, mode: 0o755, bytes: elf(`${name} ${version}`) })
  const text = (name: string, content: string): DemoFile => ({ name, mode: 0o644, bytes: Buffer.from(content) })
  if (component === 'dmctl') return [program('dmctl/dmctl')]
  const own = program(components[component].entry)
  if (component === 'dm-master')
    return [
      own,
      text('dm-master/conf/dm_worker.rules.yml', rules),
      text('dm-master/scripts/DM-Monitor-Standard.json', dashboard('DM-Monitor-Standard')),
      text('dm-master/scripts/DM-Monitor-Professional.json', dashboard('DM-Monitor-Professional')),
    ]
  if (component === 'prometheus') return [own, program('prometheus/promtool')]
  if (component === 'alertmanager') return [own, program('alertmanager/amtool')]
  if (component === 'grafana') return [own, text('conf/defaults.ini', '[server]\nhttp_port = 3000\n')]
  return [own]
}

const rules = `groups:
  - name: alert.rules
    rules:
      - alert: DM_worker_offline
        expr: dm_master_worker_state == 0
        for: 1h
        labels:
          env: ENV_LABELS_ENV
          level: critical
`

const dashboard = (title: string): string =>
  `${JSON.stringify({ title, uid: title.toLowerCase(), panels: [], schemaVersion: 38 }, null, 2)}\n`

/** A 64-bit little-endian Linux program for x86-64 with one empty segment; `mark` makes its hash its own. */
const elf = (mark: string): Buffer => {
  const header = Buffer.alloc(120)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
  header.writeUInt16LE(2, 16) // executable
  header.writeUInt16LE(62, 18) // x86-64
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(0x400078n, 24)
  header.writeBigUInt64LE(64n, 32) // program headers follow the file header
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt16LE(64, 58)
  header.writeUInt32LE(1, 64) // PT_LOAD
  header.writeUInt32LE(5, 68) // readable, executable
  header.writeBigUInt64LE(0x400000n, 80)
  header.writeBigUInt64LE(0x400000n, 88)
  header.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([header, Buffer.from(`${mark}\n`)])
}

const tarOf = async (files: readonly DemoFile[]): Promise<Buffer> => {
  const tar = pack()
  for (const { name, mode, bytes } of files) tar.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, bytes)
  tar.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks)
}
