/**
 * Builds what the lab deploys: the stand-ins of DM in some versions, and the
 * monitoring programs of Debian, each packed as a component package. Everything
 * is kept in a cache folder named by a hash of what shapes it.
 *
 * Run by itself it prints the folder of the packages.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const cacheDir = process.env.TESTBED_CACHE ?? '/var/cache/testbed'

/** Packed and published. The oldest is from before v8.0.0, where DM's secret key changed. */
export const standinVersions = ['v8.5.0', 'v8.5.1', 'v7.5.3'] as const
/** Programs only, for hotfix packages: `-V` and `/status` name it, and each is another file. */
export const standinHotfix = 'v8.5.1-hotfix1'
const programs = ['dm-master', 'dm-worker', 'dmctl', 'grafana-server'] as const

/** One component package: `entry` is the path of its program inside `file`. */
export interface LabPackage {
  readonly component: string
  readonly version: string
  readonly entry: string
  readonly file: string
}

function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26, ...options })
}

function hashOf(files: readonly string[], more: string): string {
  const hash = createHash('sha256').update(more)
  for (const file of [...files].sort()) hash.update(file.slice(here.length)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

const listFiles = (dir: string): string[] => readdirSync(dir).map((name) => join(dir, name))

/** Makes `target` by `make` under another name first, so that it is whole or absent. */
function once(target: string, make: (partial: string) => void): string {
  if (existsSync(target)) return target
  const partial = `${target}.partial.${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  make(partial)
  if (existsSync(target)) rmSync(partial, { recursive: true, force: true })
  else renameSync(partial, target)
  return target
}

/** Go of this machine, else Debian's, which is old but enough for the stand-ins. */
function goProgram(): string {
  for (const candidate of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    try {
      run(candidate, ['version'])
      return candidate
    } catch {
      // Not this one.
    }
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'update', '-qq'], { env })
  run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-qq', '--no-install-recommends', 'golang-go'], { env })
  return 'go'
}

/** Builds the stand-ins and returns their folder: `<folder>/<version>/<program>`, the hotfix's among them. */
export function buildStandins(): string {
  const sources = listFiles(join(here, 'standins'))
  const versions = [...standinVersions, standinHotfix]
  return once(join(cacheDir, `dm-standins-${hashOf(sources, versions.join())}`), (partial) => {
    const go = goProgram()
    for (const version of versions) {
      for (const program of programs) {
        const commit = version === standinHotfix ? ` -X main.commit=${createHash('sha1').update(version).digest('hex')}` : ''
        const flags = `-s -w -X main.program=${program} -X main.release=${version}${commit}`
        const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' }
        run(go, ['build', '-trimpath', '-ldflags', flags, '-o', join(partial, version, program), '.'], { cwd: join(here, 'standins'), env })
      }
    }
  })
}

const debianPackages = ['prometheus', 'prometheus-alertmanager', 'prometheus-node-exporter', 'prometheus-blackbox-exporter']

/** Debian's own monitoring programs, unpacked and not installed. */
export function fetchMonitoring(): string {
  const suite = /VERSION_CODENAME=(\w+)/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'debian'
  return once(join(cacheDir, `dm-monitoring-${suite}`), (partial) => {
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'update', '-qq'])
    run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...debianPackages], { cwd: partial })
    for (const name of readdirSync(partial).filter((file) => file.endsWith('.deb'))) {
      run('dpkg-deb', ['-x', join(partial, name), join(partial, 'root')])
      rmSync(join(partial, name))
    }
  })
}

/** Bytes that don't compress, to bring a package to its usual size. */
function pad(file: string, megabytes: number): void {
  run('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1M', `count=${megabytes}`, 'status=none'])
}

interface Recipe {
  readonly component: string
  readonly version: string
  readonly entry: string
  readonly programs: ReadonlyArray<readonly [from: string, to: string]>
  readonly files?: ReadonlyArray<readonly [from: string, to: string]>
  readonly megabytes?: number
}

function recipes(standins: string, debian: string): Recipe[] {
  const content = join(here, 'package-content')
  const bin = (name: string): string => join(debian, 'root/usr/bin', name)
  const out: Recipe[] = []
  for (const version of standinVersions) {
    const own = (name: string): string => join(standins, version, name)
    const dm = (name: string): Pick<Recipe, 'component' | 'version' | 'entry' | 'programs'> => ({
      component: name,
      version,
      entry: `${name}/${name}`,
      programs: [[own(name), `${name}/${name}`]],
    })
    // The usual size of two is enough for what a transfer takes.
    const megabytes = version === 'v7.5.3' ? 4 : 64
    const dashboards = readdirSync(content).filter((name) => name.endsWith('.json'))
    const rules = join(content, 'dm_worker.rules.yml')
    out.push(
      {
        ...dm('dm-master'),
        megabytes,
        files: [
          [rules, 'dm-master/conf/dm_worker.rules.yml'],
          ...dashboards.map((name) => [join(content, name), `dm-master/scripts/${name}`] as const),
        ],
      },
      { ...dm('dm-worker'), megabytes, files: [[rules, 'dm-worker/conf/dm_worker.rules.yml']] },
      { ...dm('dmctl'), megabytes: megabytes / 4 },
      { component: 'grafana', version, entry: 'bin/grafana-server', programs: [[own('grafana-server'), 'bin/grafana-server']] },
      {
        component: 'prometheus',
        version,
        entry: 'prometheus/prometheus',
        programs: [
          [bin('prometheus'), 'prometheus/prometheus'],
          [bin('promtool'), 'prometheus/promtool'],
        ],
      },
    )
  }
  out.push(
    {
      component: 'alertmanager',
      version: 'v0.25.0',
      entry: 'alertmanager/alertmanager',
      programs: [
        [bin('prometheus-alertmanager'), 'alertmanager/alertmanager'],
        [bin('amtool'), 'alertmanager/amtool'],
      ],
    },
    {
      component: 'node_exporter',
      version: 'v1.5.0',
      entry: 'node_exporter/node_exporter',
      programs: [[bin('prometheus-node-exporter'), 'node_exporter/node_exporter']],
    },
    {
      component: 'blackbox_exporter',
      version: 'v0.23.0',
      entry: 'blackbox_exporter/blackbox_exporter',
      programs: [[bin('prometheus-blackbox-exporter'), 'blackbox_exporter/blackbox_exporter']],
    },
  )
  return out
}

const fileName = (recipe: Recipe): string => `${recipe.component}-${recipe.version}-linux-amd64.tar.gz`

function pack(recipe: Recipe, folder: string): void {
  const tree = join(folder, 'tree')
  const put = (from: string, to: string, mode: number): void => {
    mkdirSync(join(tree, to, '..'), { recursive: true })
    copyFileSync(from, join(tree, to))
    chmodSync(join(tree, to), mode)
  }
  for (const [from, to] of recipe.programs) put(from, to, 0o755)
  for (const [from, to] of recipe.files ?? []) put(from, to, 0o644)
  if (recipe.megabytes !== undefined) pad(join(tree, recipe.component, 'standin.pad'), recipe.megabytes)
  const tar = ['-I', 'gzip -1', '--owner=0', '--group=0', '--numeric-owner', '-cf', join(folder, fileName(recipe)), '-C', tree]
  run('tar', [...tar, ...readdirSync(tree)])
  rmSync(tree, { recursive: true })
}

/** Builds what is missing and returns all packages of the lab; seconds when cached. */
export function buildPackages(): LabPackage[] {
  mkdirSync(cacheDir, { recursive: true })
  const sources = [...listFiles(join(here, 'standins')), ...listFiles(join(here, 'package-content')), join(here, 'build-packages.ts')]
  const target = join(cacheDir, `dm-packages-${hashOf(sources, '')}`)
  const list = join(target, 'packages.json')
  once(target, (partial) => {
    const all = recipes(buildStandins(), fetchMonitoring())
    for (const recipe of all) pack(recipe, partial)
    const packages = all.map(({ component, version, entry, ...rest }) => ({
      component,
      version,
      entry,
      file: fileName({ component, version, entry, ...rest }),
    }))
    writeFileSync(join(partial, 'packages.json'), JSON.stringify(packages, null, 2))
  })
  const packages = JSON.parse(readFileSync(list, 'utf8')) as LabPackage[] // written by this program
  return packages.map((item) => ({ ...item, file: join(target, item.file) }))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const item of buildPackages()) console.log(item.component, item.version, item.file)
}
