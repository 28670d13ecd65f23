import type { EditCheck, EditSaved, RevisionsView, RevisionText } from '@/server/domain/api-config'
import { AppError } from '@/server/domain/app-error'
import { isError, type Problem } from '@/server/domain/problem'
import { maskYaml } from '@/server/domain/topology/mask-yaml'
import type { OwnFilesInput } from '@/server/domain/topology/own-files-input'
import { type ClusterWithTopology, holdingJob } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { findRevision, listRevisions, type RevisionRow, saveRevision } from '@/server/store/revisions'
import { listUnapplied } from '@/server/store/unapplied'
import { audited, type Who } from './audited'
import { keepFiles } from './keep-files'
import { type Edited, type EditLook, editCheckOf, lookAtEdit } from './look-at-edit'
import { demandCluster } from './read-clusters'
import { sealTyped } from './seal-topology'

/** A cluster's history, and who does not run its newest revision. Throws cluster-unknown. */
export const readRevisions = async (db: Db, name: string): Promise<RevisionsView> => {
  const { revision } = await demandCluster(db, name)
  return { newest: revision, unapplied: await listUnapplied(db, name), revisions: await listRevisions(db, name) }
}

/** The text of a revision as it was typed, secrets masked. Throws cluster-unknown, revision-unknown. */
export const readRevision = async (db: Db, name: string, revision: number): Promise<RevisionText> => {
  await demandCluster(db, name)
  const { topology: _parsed, files: _kept, yaml, ...row } = await demandRevision(db, name, revision)
  return { ...row, yaml: maskYaml(yaml) }
}

const demandRevision = async (db: Db, cluster: string, revision: number) => {
  const found = await findRevision(db, cluster, revision)
  if (!found) throw new AppError('edit.revision-unknown', 404, { params: { cluster, revision } })
  return found
}

/** What a save of this text would be told, and every file that a reload would then write. Throws cluster-unknown. */
export const checkEdit = async (db: Db, name: string, edited: Edited): Promise<EditCheck> => {
  const now = await demandCluster(db, name)
  return editCheckOf(now, await lookAtEdit(db, now, edited))
}

export type SaveEdit = {
  cluster: string
  yaml?: string | undefined
  revert?: number | undefined
  base: number
  reason: string
  consent: readonly string[]
  files: OwnFilesInput
}

/**
 * Saves a text, or a former revision's, as the newest revision; nothing on a host changes. Throws cluster-unknown, adopted-read-only,
 * edit.deploying, edit.stale (with what came between), cluster-busy, edit.has-errors, edit.unchanged, edit.warnings-unread; then nothing is kept.
 */
export const saveEdit = (db: Db, who: Who, ask: SaveEdit, at: Date = new Date()): Promise<EditSaved> => {
  const { cluster, base, reason, revert } = ask
  const detail = { base, reason, ...(revert === undefined ? {} : { revert }) }
  const deed = { what: 'edit-config', command: `tiup dm edit-config ${cluster}`, cluster, detail }
  return audited(db, who, deed, async () => {
    const now = await demandEditable(db, cluster)
    if (base !== now.revision) throw stale(base, now.revision, await listRevisions(db, cluster, base))
    const former = revert === undefined ? undefined : await demandRevision(db, cluster, revert)
    const edited: Edited = { yaml: former?.yaml ?? ask.yaml ?? '', base, files: former ? former.files : ask.files }
    const look = await lookAtEdit(db, now, edited)
    const topology = demandGood(now, look, ask.consent)
    const by = who.email
    const yaml = await sealTyped(db, { yaml: edited.yaml, cluster: now.secretsOf, by })
    const files = await keepFiles(db, { topology, yaml, files: look.files, cluster: now.secretsOf, by })
    const kind = former ? 'revert' : 'edit-config'
    const saved = await saveRevision(db, { cluster, base, topology, yaml, files, kind, reason, by, lagging: look.lagging }, at)
    if ('busy' in saved) throw busy(cluster, saved.busy)
    if ('stale' in saved) throw stale(base, saved.stale, await listRevisions(db, cluster, base))
    return { revision: saved.saved, unapplied: await listUnapplied(db, cluster) }
  })
}

const demandEditable = async (db: Db, name: string): Promise<ClusterWithTopology> => {
  const now = await demandCluster(db, name)
  if (now.adopted) throw new AppError('usecases.adopted-read-only', 409, { params: { name } })
  if (now.lifecycle === 'deploying') throw new AppError('edit.deploying', 409, { params: { cluster: name } })
  const job = await holdingJob(db, name)
  if (job) throw busy(name, job)
  return now
}

const busy = (cluster: string, { id, number, operation }: { id: string; number: number; operation: string }): AppError =>
  new AppError('usecases.cluster-busy', 409, { params: { cluster, job: id, number, operation } })

const stale = (base: number, now: number, since: readonly RevisionRow[]): AppError =>
  new AppError('edit.stale', 409, {
    params: { base, now },
    problems: since.map(({ revision, by, at, kind, reason }): Problem => {
      return { code: 'edit.changed-since', severity: 'info', params: { revision, by, at, kind, reason } }
    }),
  })

const demandGood = (now: ClusterWithTopology, look: EditLook, consent: readonly string[]) => {
  const { problems, topology, unchanged } = look
  const errors = problems.filter(isError)
  if (!topology || errors.length > 0) throw new AppError('edit.has-errors', 422, { params: { count: errors.length }, problems: errors })
  if (unchanged) throw new AppError('edit.unchanged', 422, { params: { revision: now.revision } })
  const unread = look.consent.filter((code) => !consent.includes(code))
  if (unread.length > 0) {
    const warnings = problems.filter(({ code }) => unread.includes(code))
    throw new AppError('edit.warnings-unread', 422, { params: { count: warnings.length }, problems: warnings })
  }
  return topology
}
