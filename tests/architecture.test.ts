import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** ARCHITECTURE.md's import rules, checked. A path is relative to the repository; packages are their names. */
type Source = { file: string; text: string; tree: ts.SourceFile; imports: { to: string; typeOnly: boolean }[] }

const roots = ['app', 'components', 'server', 'tests']
const sources = readSources()
const code = sources.filter(({ file }) => !file.startsWith('tests/') && !/\.test\.tsx?$/.test(file))

/** Pure npm packages that any pure folder may import. */
const purePackages = ['zod', 'yaml', 'semver', 'smol-toml', 'ini', '@noble/hashes']
const node = /^node:/

/** What a folder may import of the product (besides itself); `pure` folders have no packages but the pure ones. */
const rules: Readonly<Record<string, { may: readonly string[]; pure?: true }>> = {
  'server/domain': { may: [], pure: true },
  'server/probes': { may: ['server/domain'], pure: true },
  'server/templates': { may: ['server/domain'], pure: true },
  'server/migrate': { may: ['server/domain'], pure: true },
  'server/steps': { may: ['server/domain', 'server/probes'], pure: true },
  'server/operations': { may: ['server/domain', 'server/steps', 'server/templates', 'server/probes'], pure: true },
  'server/remote': { may: ['server/domain'] },
  'server/dm': { may: ['server/domain', 'server/remote', 'server/probes'] },
  'server/mirror': { may: ['server/domain'] },
  'server/store': { may: ['server/domain', 'generated'] },
  'server/engine': { may: ['server/domain', 'server/steps', 'server/probes', 'server/remote', 'server/dm', 'server/store'] },
  'server/usecases': {
    may: ['server/domain', 'server/operations', 'server/steps', 'server/templates', 'server/migrate', 'server/probes', 'server/store'],
  },
  'server/errands': {
    may: [
      'server/domain',
      'server/operations',
      'server/steps',
      'server/templates',
      'server/migrate',
      'server/probes',
      'server/store',
      'server/usecases',
      'server/remote',
      'server/dm',
      'server/mirror',
    ],
  },
  'server/http': { may: ['server/domain', 'server/usecases', 'server/store', 'server/env.ts', 'server/version.ts'] },
  'server/sim': { may: ['server/domain', 'server/probes', 'server/steps', 'server/exit.ts'] },
  'server/live': { may: ['server/domain', 'server/usecases', 'server/store', 'server/http'] },
  'app/api': { may: ['server/http'] },
  app: { may: ['components', 'server/domain'] },
  components: { may: ['server/domain'] },
  'components/ui': { may: [] },
}

/** Packages with one home. */
const homes: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['server/remote', 'server/sim'],
  '@prisma/client': ['server/store', 'generated'],
  'better-sqlite3': ['server/store'],
  nodemailer: ['server/errands'],
  'socket.io': ['server/live'],
  'socket.io-client': ['components/data'],
  react: ['app', 'components'],
  next: ['app', 'components', 'server/web.ts'],
}

/** Files over a cap, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {}
const fileCap = 400
const functionCap = 80
/** A component holds its markup too. */
const componentCap = 120

const folderOf = (file: string): string | undefined =>
  Object.keys(rules)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0]
const inside = (to: string, places: readonly string[]) => places.some((place) => to === place || to.startsWith(`${place}/`))
const isOurs = (to: string) => /^(app|components|server|generated|tests)\//.test(to)
const packageOf = (to: string) =>
  to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')

describe('imports', () => {
  it('are found at all', () => {
    expect(code.length).toBeGreaterThan(50)
    expect(code.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })

  it('follow the table', () => {
    const wrong = code.flatMap(({ file, imports }) => {
      const folder = folderOf(file)
      if (!folder) return []
      const rule = rules[folder]
      return imports.filter(({ to }) => isOurs(to) && !inside(to, [folder, ...(rule?.may ?? [])])).map(({ to }) => `${file} → ${to}`)
    })
    expect(wrong).toEqual([])
  })

  it('keep pure folders pure: no Node, no package but the pure ones', () => {
    const wrong = code.flatMap(({ file, imports }) => {
      const folder = folderOf(file)
      if (!folder || !rules[folder]?.pure) return []
      return imports.filter(({ to }) => !isOurs(to) && !purePackages.includes(packageOf(to))).map(({ to }) => `${file} → ${to}`)
    })
    expect(wrong).toEqual([])
  })

  it('leave each package in its home', () => {
    const wrong = code.flatMap(({ file, imports }) =>
      imports
        .filter(({ to }) => !isOurs(to) && !node.test(to))
        .filter(({ to }) => {
          const home = homes[packageOf(to)]
          return home !== undefined && !inside(file, home)
        })
        .map(({ to }) => `${file} → ${to}`),
    )
    expect(wrong).toEqual([])
  })

  it('form no cycle', () => {
    expect(firstCycle()).toEqual([])
  })

  it('keep SSH and the master key out of reach of web and the pages', () => {
    const starts = sources.filter(({ file }) => file === 'server/web.ts' || file.startsWith('app/')).map(({ file }) => file)
    expect(starts).toContain('server/web.ts')
    expect(starts).toContain('app/api/[[...path]]/route.ts')
    const forbidden = ['ssh2', 'server/runner-key.ts', 'server/runner.ts', 'server/remote', 'server/engine', 'server/errands']
    expect(reachable(starts).filter((to) => inside(to, forbidden))).toEqual([])
    expect(reachable(['server/runner.ts'])).toContain('server/runner-key.ts') // the search does find it where it is
  })
})

describe('form', () => {
  it('has no long files', () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > fileCap).map(({ file }) => file)
    expect(long.filter((file) => !(file in longFiles))).toEqual([])
  })

  it('has no long functions', () => {
    expect(code.flatMap(longFunctions)).toEqual([])
  })

  it('has no any', () => {
    expect(sources.flatMap((source) => nodesOf(source, (n) => n.kind === ts.SyntaxKind.AnyKeyword))).toEqual([])
  })

  it('has no default exports, Next’s files excepted', () => {
    const isNext = (file: string) => /^app\/.*\/?(page|layout|error|global-error|not-found|loading|template|default)\.tsx$/.test(file)
    expect(code.filter(({ file, text }) => !isNext(file) && /^export default\b/m.test(text)).map(({ file }) => file)).toEqual([])
  })

  it('has no barrels', () => {
    const isBarrel = ({ tree, file }: Source) =>
      tree.statements.length > 0 &&
      !file.startsWith('app/api/') &&
      tree.statements.every((s) => ts.isExportDeclaration(s) && s.moduleSpecifier !== undefined)
    expect(code.filter(isBarrel).map(({ file }) => file)).toEqual([])
  })

  it('has no bags', () => {
    expect(sources.filter(({ file }) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.tsx?$)/.test(file)).map(({ file }) => file)).toEqual([])
  })

  it('names files in kebab-case', () => {
    const named = sources.map(({ file }) => path.basename(file))
    expect(named.filter((name) => !/^(\[+[.\w-]+\]+|[a-z0-9]+(-[a-z0-9]+)*)(\.[a-z0-9-]+)*\.tsx?$/.test(name))).toEqual([])
  })

  it('keeps the pure folders without promises, clocks and dice', () => {
    const pure = code.filter(({ file }) =>
      ['domain', 'operations', 'steps', 'probes', 'templates'].some((f) => file.startsWith(`server/${f}/`)),
    )
    const impure =
      /\basync\b(?=\s*(\(|function|\w+\s*=>))|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bperformance\.now\(/
    expect(pure.filter(({ text }) => impure.test(withoutComments(text))).map(({ file }) => file)).toEqual([])
  })
})

function readSources(): Source[] {
  const files = roots
    .filter((root) => existsSync(root))
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => path.join(root, name)))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !file.includes('node_modules') && !file.includes('/.cache/'))
  const known = new Set(files)
  return files.sort().map((file) => {
    const text = readFileSync(file, 'utf8')
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
    return { file, text, tree, imports: importsOf(tree, known) }
  })
}

/** Static, re-exported and dynamic imports. */
function importsOf(tree: ts.SourceFile, known: ReadonlySet<string>): Source['imports'] {
  const found: Source['imports'] = []
  const add = (specifier: ts.Node, typeOnly: boolean) => {
    if (ts.isStringLiteral(specifier)) found.push({ to: resolveImport(tree.fileName, specifier.text, known), typeOnly })
  }
  const visit = (n: ts.Node): void => {
    if (ts.isImportDeclaration(n)) add(n.moduleSpecifier, n.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    if (ts.isExportDeclaration(n) && n.moduleSpecifier) add(n.moduleSpecifier, n.isTypeOnly)
    if (ts.isCallExpression(n) && n.expression.kind === ts.SyntaxKind.ImportKeyword && n.arguments[0]) add(n.arguments[0], false)
    ts.forEachChild(n, visit)
  }
  visit(tree)
  return found
}

function resolveImport(from: string, specifier: string, known: ReadonlySet<string>): string {
  if (!specifier.startsWith('.') && !specifier.startsWith('@/')) return specifier
  const target = specifier.startsWith('@/') ? specifier.slice(2) : path.join(path.dirname(from), specifier)
  return [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`].find((candidate) => known.has(candidate)) ?? target
}

function importsAtRunTime(file: string): string[] {
  return (sources.find((source) => source.file === file)?.imports ?? []).filter(({ typeOnly }) => !typeOnly).map(({ to }) => to)
}

function reachable(starts: readonly string[]): string[] {
  const seen = new Set<string>()
  const todo = [...starts]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    todo.push(...importsAtRunTime(next))
  }
  return [...seen]
}

function firstCycle(): string[] {
  const done = new Set<string>()
  const walk = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return []
    for (const to of importsAtRunTime(file).filter(isOurs)) {
      const cycle = walk(to, [...trail, file])
      if (cycle.length > 0) return cycle
    }
    done.add(file)
    return []
  }
  for (const { file } of code) {
    const cycle = walk(file, [])
    if (cycle.length > 0) return cycle
  }
  return []
}

function nodesOf({ file, tree }: Source, matches: (n: ts.Node) => boolean): string[] {
  const found: string[] = []
  const visit = (n: ts.Node): void => {
    if (matches(n)) found.push(`${file}:${tree.getLineAndCharacterOfPosition(n.getStart()).line + 1}`)
    ts.forEachChild(n, visit)
  }
  visit(tree)
  return found
}

function longFunctions(source: Source): string[] {
  const lineOf = (position: number) => source.tree.getLineAndCharacterOfPosition(position).line
  const cap = source.file.endsWith('.tsx') ? componentCap : functionCap
  return nodesOf(source, (n) => ts.isFunctionLike(n) && 'body' in n && lineOf(n.getEnd()) - lineOf(n.getStart()) + 1 > cap)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}
