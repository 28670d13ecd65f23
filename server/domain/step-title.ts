import type { Change, Guard, Step } from './step'
import type { Words } from './words/words'

/** What a step is called, as words of `words/steps.ts`; the browser and the goldens use the same ones. */
export const stepTitle = (step: Step): Words => {
  switch (step.kind) {
    case 'guard':
      return { word: `step.guard-${step.asks.guard}`, params: guardParams(step.asks) }
    case 'unit-enabled':
      return { word: step.enabled ? 'step.unit-enabled' : 'step.unit-disabled', params: { unit: step.unit } }
    case 'unit-running':
      return { word: step.started === 'this-turn' ? 'step.unit-restarted' : 'step.unit-running', params: { unit: step.unit } }
    case 'path-absent':
      return { word: step.onlyEmpty ? 'step.empty-path-absent' : 'step.path-absent', params: { path: step.path } }
    case 'contents-absent':
      return { word: `step.contents-absent-${step.only}`, params: { path: step.path } }
    case 'command':
      return { word: step.sudo ? 'step.command-root' : 'step.command', params: { command: firstLine(step.command) } }
    case 'file-pushed':
      return {
        word: step.user === 'root' ? 'step.file-pushed-root' : 'step.file-pushed',
        params: { path: step.path, name: step.file.name },
      }
    case 'file-pulled':
      return { word: 'step.file-pulled', params: { path: step.path, kib: Math.ceil(step.sizeBytes / 1024) } }
    case 'member-absent':
      return { word: `step.${step.type}-absent`, params: { name: step.name } }
    case 'awaited':
      return { word: `step.awaited-${step.gate.questions[0]?.ask ?? 'nothing'}`, params: scalars(step.gate.questions[0] ?? {}) }
    case 'recorded':
      return { word: `step.recorded-${recordWord(step.record)}`, params: recordParams(step.record) }
    default:
      return { word: `step.${step.kind}`, params: scalars(step) }
  }
}

const firstLine = (command: string): string => {
  const [line = '', more] = command.trim().split('\n')
  return line.length > 120 || more !== undefined ? `${line.slice(0, 120)} …` : line
}

const recordWord = (record: Change): string => {
  if (record.change === 'patched' && !record.patched) return 'unpatched'
  return record.change === 'role-package' && record.packageSha256 === null ? 'role-package-dropped' : record.change
}

/** Without the user's text. */
const recordParams = (record: Change): Record<string, string | number> =>
  record.change === 'topology-joined' ? { instances: record.instances } : scalars(record)

const guardParams = (asks: Guard): Record<string, string | number> =>
  asks.guard === 'disk-free' ? { path: asks.path, mib: Math.ceil(asks.bytes / 2 ** 20) } : scalars(asks)

const scalars = (from: object): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(from).filter((pair): pair is [string, string | number] => typeof pair[1] === 'string' || typeof pair[1] === 'number'),
  )
