import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { AppError } from '@/server/domain/app-error'
import { readDmctlFile } from '@/server/domain/dmctl/files'
import type { DmctlInput } from '@/server/domain/dmctl/input'
import { type DmctlLine, parseDmctlLine } from '@/server/domain/dmctl/line'
import type { Problem } from '@/server/domain/problem'
import { normalVersion } from '@/server/domain/topology/names'
import { dmctlSecret } from '@/server/operations/dmctl'
import { findCluster } from '@/server/store/clusters'
import { keepSecret } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'

type File = DmctlInput['files'][number]
const bytesOf = ({ text, base64 }: File): Buffer => (base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'))

/**
 * Refuses what can't be run before anything of it is written down, a line with a password above all: unknown commands and flags, files that
 * are missing or are not what the command takes. Throws plan-has-errors.
 */
export const demandDmctl = async (db: Db, name: string, input: DmctlInput): Promise<DmctlLine> => {
  const cluster = await findCluster(db, name)
  const version = input.version === '' ? (cluster?.version ?? '') : normalVersion(input.version)
  const given = input.files.filter((file) => file.text !== undefined || file.base64 !== undefined)
  const line = parseDmctlLine(input.line, { files: given.map((file) => file.name), version })
  if ('problems' in line) throw refused(line.problems)
  const problems = given.flatMap((file) =>
    line.files.includes(file.name) ? (readDmctlFile(line, file.name, file.text ?? '').problem ?? []) : [],
  )
  if (problems.length > 0) throw refused(problems)
  return line
}

const refused = (problems: Problem[]): AppError => new AppError('usecases.plan-has-errors', 422, { problems })

/** The files of a line, sealed for the runner as one secret of this very run; resolves with what may be kept of the input. */
export const sealDmctl = async (db: Db, input: DmctlInput, line: DmctlLine, by: string): Promise<unknown> => {
  const run = randomUUID()
  const given = input.files.filter((file) => line.files.includes(file.name))
  const read = given.map((file) => ({ file, ...readDmctlFile(line, file.name, file.text ?? '') }))
  if (given.length > 0) {
    if ((await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
    const id = dmctlSecret(run)
    const plain = (await archiveOf(line, given)).toString('base64')
    const masks = [...new Set(read.flatMap(({ secrets }) => secrets))]
    const sealed = await sealSecret(db, JSON.stringify({ plain, masks }), id)
    await keepSecret(db, { id, name: 'files of a dmctl command', sealed, createdBy: by })
  }
  const files = read.map(({ file, about }) => ({ name: file.name, sizeBytes: bytesOf(file).length, about }))
  return { line: line.shown, version: input.version, host: input.host, timeoutS: input.timeoutS, run, files }
}

/** `config import` reads a folder: what was given is its archive. */
const archiveOf = async (line: DmctlLine, given: readonly File[]): Promise<Buffer> => {
  const [only] = given
  if (line.command.name === 'config import' && only) return bytesOf(only)
  const pack = tar.pack()
  for (const file of given) pack.entry({ name: file.name, mode: 0o600 }, bytesOf(file))
  pack.finalize()
  return buffer(pack.pipe(createGzip()))
}
