import type { EditCheck } from '@/server/domain/api-config'
import type { InstanceId } from '@/server/domain/instance'
import { isError, type Problem } from '@/server/domain/problem'
import { immutableProblems, withBooks } from '@/server/domain/topology/edit'
import { entryId } from '@/server/domain/topology/entries'
import { maskYaml } from '@/server/domain/topology/mask-yaml'
import { namedPaths, ownFileMark, secretFiles } from '@/server/domain/topology/own-files'
import type { OwnFilesInput } from '@/server/domain/topology/own-files-input'
import { located, parseTopology, readTopologyFile } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { secretMask, type TypedSecret, takeTypedSecrets, withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { type Configuration, configChanges, type FileChange } from '@/server/operations/config-changes'
import { readBlob } from '@/server/store/blobs'
import type { ClusterWithTopology } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { listPackages } from '@/server/store/packages'
import { findRevision, listRevisions, type RevisionRow } from '@/server/store/revisions'
import { listUnapplied } from '@/server/store/unapplied'
import { checkTopology, type TopologyCheck } from './check-topology'
import { grafanaSecretsOf } from './grafana-secrets'
import { textsOfFiles } from './keep-files'

export type Edited = { yaml: string; base: number; files: OwnFilesInput }

export type EditLook = {
  problems: Problem[]
  consent: string[]
  named: TopologyCheck['files']
  unchanged: boolean
  since: RevisionRow[]
  changes: FileChange[]
  /** With the books' own marks; undefined where an error stands against it. */
  topology: Topology | undefined
  /** The files that the text names, kept ones and given ones. */
  files: OwnFilesInput
  /** Instances that a reload would have to reach, each with the revision that it runs. */
  lagging: Record<InstanceId, number>
}

/** An edit against the cluster as it is now: all that is wrong with it, and every file that it would change. Reaches no host, keeps nothing. */
export const lookAtEdit = async (db: Db, now: ClusterWithTopology, { yaml, base, files: given }: Edited): Promise<EditLook> => {
  const cluster = now.name
  const { masked, secrets } = takeTypedSecrets(yaml, now.secretsOf)
  const { topology: typed } = parseTopology(masked)
  const kept: OwnFilesInput = { ...now.files, ...given }
  const check = await checkTopology(db, { yaml, cluster, files: Object.keys(kept) })
  const topology = typed && withBooks(now.topology, withSecretMarks(typed, now.secretsOf).topology)
  const fixed = topology ? located(yaml, immutableProblems(now.topology, topology, writtenIn(masked))) : []
  const problems = [...check.problems.filter(({ code }) => code !== 'topology.file-unused'), ...fixed]
  const good = topology !== undefined && !problems.some(isError) ? topology : undefined
  const files = named(typed, kept)
  const retyped = good ? retypedIn(good, secrets, given) : new Set<InstanceId>()
  const { changes, lagging } = good ? await changesOf(db, now, { topology: good, files, retyped }) : { changes: [], lagging: {} }
  return {
    ...{ problems, named: check.files, changes, lagging, topology: good, files },
    consent: await freshWarnings(db, now, problems),
    unchanged: masked === maskYaml(now.yaml) && retyped.size === 0 && Object.keys(given).length === 0,
    since: base === now.revision ? [] : await listRevisions(db, cluster, base),
  }
}

const writtenIn = (yaml: string): ((path: string) => boolean) => {
  const read = readTopologyFile(yaml)
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>(
        (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
        'file' in read ? read.file : undefined,
      )
  return (path) => at(path) !== undefined
}

const named = (topology: Topology | undefined, files: OwnFilesInput): OwnFilesInput => {
  const wanted = new Set(topology ? namedPaths(topology, Object.keys(files)).flatMap(({ found }) => found) : [])
  return Object.fromEntries(Object.entries(files).filter(([path]) => wanted.has(path)))
}

/** What the present text is warned of too was consented to before. */
const freshWarnings = async (db: Db, now: ClusterWithTopology, problems: readonly Problem[]): Promise<string[]> => {
  const warned = problems.filter(({ severity }) => severity === 'warning')
  if (warned.length === 0) return []
  const before = await checkTopology(db, { yaml: now.yaml, cluster: now.name, files: Object.keys(now.files) })
  const known = new Set(before.problems.map(keyOf))
  return [...new Set(warned.flatMap((problem) => (known.has(keyOf(problem)) ? [] : [problem.code])))]
}

const keyOf = ({ code, params }: Problem): string => JSON.stringify([code, params])

/** Whose secrets were typed anew: their files change, though no text that may be compared does. */
const retypedIn = (topology: Topology, secrets: readonly TypedSecret[], given: OwnFilesInput): Set<InstanceId> => {
  const typed = secrets.filter(({ value }) => value !== secretMask).map(({ path }) => path)
  const own = (section: string, i: number): boolean => typed.some((path) => path.startsWith(`${section}.${i}.`))
  const shared = typed.some((path) => path.startsWith('server_configs.grafana'))
  return new Set([
    ...topology.grafanas.flatMap((one, i) => (shared || own('grafana_servers', i) ? [entryId(one)] : [])),
    ...topology.monitors.flatMap((one, i) => (own('monitoring_servers', i) ? [entryId(one)] : [])),
    ...topology.alertmanagers.flatMap((one) =>
      one.config_file !== undefined && typeof given[one.config_file] === 'string' && given[one.config_file] !== secretMask
        ? [entryId(one)]
        : [],
    ),
  ])
}

/** Instances that would not run a configuration which replaces the newest one, each with the revision that it runs. */
export const lagOf = async (
  db: Db,
  now: ClusterWithTopology,
  after: { topology: Topology; files: OwnFilesInput },
): Promise<EditLook['lagging']> => (await changesOf(db, now, { ...after, retyped: new Set() })).lagging

type After = { topology: Topology; files: OwnFilesInput; retyped: ReadonlySet<InstanceId> }

/** Against what each instance runs: most the newest revision, some an older one. */
const changesOf = async (
  db: Db,
  now: ClusterWithTopology,
  { topology, files, retyped }: After,
): Promise<Pick<EditLook, 'changes' | 'lagging'>> => {
  const { name, version, revision, secretsOf } = now
  const packages = await listPackages(db)
  const deploy = { user: now.deployUser, credentialId: now.credentialId, sudo: 'nopasswd' } as const
  const common = { clusterName: name, secretsOf, version, revision, packages, deploy }
  const configuration = async (of: Topology, localTexts: Record<string, string>): Promise<Configuration> => ({
    topology: of,
    input: { ...common, localTexts, grafanaSecrets: await grafanaSecretsOf(db, { secretsOf, topology: of }) },
  })
  const rows = await listUnapplied(db, name)
  const runs = new Map(rows.map((row) => [row.instance, row.revision]))
  const configurations = new Map([[revision, await configuration(now.topology, await textsOfFiles(db, secretsOf, now.files))]])
  for (const older of new Set(runs.values())) {
    const found = configurations.has(older) ? undefined : await findRevision(db, name, older)
    if (found) configurations.set(older, await configuration(found.topology, await textsOfFiles(db, secretsOf, found.files)))
  }
  const beforeOf = (instance: InstanceId) => configurations.get(runs.get(instance) ?? revision)
  const given = await configuration(topology, await textsGiven(db, secretsOf, topology, files))
  // A password that is typed for the first time is stored by the save only.
  const typed = topology.grafanas.map(entryId).filter((id) => retyped.has(id))
  const grafanaSecrets = { ...given.input.grafanaSecrets, ...Object.fromEntries(typed.map((id) => [id, `grafana:${secretsOf}:${id}`])) }
  const after = { ...given, input: { ...given.input, grafanaSecrets } }
  const changes = configChanges(beforeOf, after, retyped)
  // What has files of another revision than it runs is to be written in any case.
  const half = rows.flatMap(({ instance, state }) => (state === 'restart' ? [instance] : []))
  const behind = new Set([...changes.map(({ instance }) => instance), ...half])
  return { changes, lagging: Object.fromEntries([...behind].map((instance) => [instance, runs.get(instance) ?? revision])) }
}

/** As `textsOfFiles`, of files that may not be kept yet; one that nobody kept has no text, and its save says so. */
const textsGiven = async (db: Db, cluster: string, topology: Topology, files: OwnFilesInput): Promise<Record<string, string>> => {
  const secret = secretFiles(topology, files)
  const texts: Record<string, string> = {}
  for (const [path, given] of Object.entries(files)) {
    if (secret.has(path)) texts[path] = ownFileMark(cluster, path)
    else if (typeof given === 'string') texts[path] = given
    else {
      const blob = await readBlob(db, given.blob)
      if (blob && !blob.secret) texts[path] = blob.parts.map((part) => ('text' in part ? part.text : '')).join('')
    }
  }
  return texts
}

/** As the API says it. */
export const editCheckOf = (now: ClusterWithTopology, look: EditLook): EditCheck => ({
  newest: now.revision,
  since: look.since,
  problems: look.problems.map((problem) => ({ ...problem, params: { ...problem.params } })),
  consent: look.consent,
  files: look.named,
  unchanged: look.unchanged,
  changes: look.changes,
})
