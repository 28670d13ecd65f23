import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import type { Lane, Phase, Plan } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import type { Act, Step } from '@/server/domain/step'
import { stepTitle } from '@/server/domain/step-title'
import { problemCodes, problemText as problemIn, wordsText } from '@/server/domain/words/catalogue'
import type { Words } from '@/server/domain/words/words'
import { kindOf } from '@/server/steps/kinds'

const english = (words: Words): string => {
  const text = wordsText(words, 'en')
  if (text === words.word) throw new Error(`no words for ${words.word}`)
  return text
}

/** The same text as a committed `.plan.txt`; UPDATE_GOLDENS=1 rewrites it. */
export const expectGolden = (name: string, plan: Plan): void => {
  const path = new URL(`./${name}.plan.txt`, import.meta.url).pathname
  const text = planText(plan)
  if (process.env.UPDATE_GOLDENS === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '(no golden)').toBe(text)
}

/** A plan as a person reads it: what, on which lane, by which commands. */
const outageText = (seconds: number | null): string => (seconds === null ? 'until it is started again' : `for ${seconds} s`)

export const planText = (plan: Plan): string =>
  `${[
    plan.tiupCommand,
    `cluster ${plan.cluster}, revision ${plan.topologyRevision}, as ${plan.deployUser}${plan.destructive ? ', destructive' : ''}`,
    ...Object.entries(plan.hosts).map(
      ([id, host]) => `host ${id}:${host.sshPort} ${host.given ? `given ${host.given.user}, ` : ''}deploy ${host.deploy.user}`,
    ),
    ...plan.impact.sources.map((one) => `impact: source ${one.source} on ${one.worker}`),
    ...(plan.impact.masterOutageS === 0 ? [] : [`impact: no answer of DM-master ${outageText(plan.impact.masterOutageS)}`]),
    ...(plan.impact.deletes ?? []).map(
      (one) =>
        `${one.kept ? 'keeps' : one.only === 'logs' ? 'deletes logs in' : 'deletes'} ${one.host}:${one.path} of ${one.instance}, ${one.bytes ?? 'unknown'} bytes`,
    ),
    ...plan.problems.map((one) => `${one.severity}: ${problemText(one.code, one.params)}`),
    ...plan.phases.flatMap(phaseLines),
  ].join('\n')}\n`

const problemText = (code: string, params: Problem['params']): string => {
  if (!problemCodes.includes(code)) throw new Error(`no words for ${code}`)
  const { message, hint } = problemIn({ code, params }, 'en')
  const text = `${message} ${hint}`
  expect(text).not.toMatch(/\{\w+\}/)
  return text
}

const phaseLines = (phase: Phase): string[] => [
  '',
  `${phase.id} ${english(phase.title)} (width ${phase.width}, tolerance ${phase.tolerance}${phase.uninterruptible ? ', uninterruptible' : ''}${phase.pauseAfter ? `, pause after lane ${phase.pauseAfter.join(', ')}` : ''})`,
  ...phase.lanes.flatMap(laneLines),
]

const laneLines = (lane: Lane): string[] => [
  `  ${lane.id} ${lane.subject} by ${lane.login} login`,
  ...lane.steps.flatMap((step) => stepLines(step, '    ')),
  ...(lane.gate
    ? lane.gate.questions.map((q) => `    gate ${lane.gate?.timeoutMs} ms, stable ${lane.gate?.stableMs} ms: ${JSON.stringify(q)}`)
    : []),
  ...(lane.onLeave ?? []).flatMap((step) => stepLines(step, '    on leave: ')),
]

const stepLines = (step: Step, indent: string): string[] => [
  `${indent}${english(stepTitle(step))}`,
  ...(step.kind === 'awaited' ? [`${indent}    for ${step.gate.timeoutMs} ms, stable ${step.gate.stableMs} ms`] : []),
  ...kindOf(step)
    .acts(step)
    .flatMap((act) => {
      const line = actText(act)
      return line === '' ? [] : [`        ${line}`]
    }),
]

/** Fixed scripts by their names; their texts are tested where they are. */
const actText = (act: Act): string => {
  switch (act.act) {
    case 'exec': {
      const name = act.argv.findIndex((word) => word.startsWith('dm-panel:'))
      return `${act.as}$ ${act.argv
        .slice(Math.max(0, name))
        .map((word) => (word.includes('\n') ? '(script)' : word))
        .join(' ')}`
    }
    case 'command':
      return `${act.as}$ /bin/sh -c ${JSON.stringify(act.command)} (at most ${act.seconds} s)`
    case 'dmctl': {
      const name = act.argv.findIndex((word) => word.startsWith('dm-panel:'))
      return `root$ ${act.argv.slice(name).join(' ')}`
    }
    case 'put':
      return `put ${contentText(act.content)} at ${act.path}`
    case 'http':
      return `${act.method} http://${act.address}:${act.port}${act.path}`
    case 'login':
      return `log in as ${act.user} by ${act.credentialId}: ${act.expect}`
    case 'pull':
      return `read ${act.path} as ${act.user}, at most ${act.limitBytes} bytes`
    case 'keep-export':
      return `keep ${act.path}, sealed, with ${act.files.length} files`
    case 'record':
      return ''
  }
}

const contentText = (content: Extract<Act, { act: 'put' }>['content']): string => {
  if ('kept' in content) return `${content.kept.name} (${content.kept.sha256.slice(0, 12)})`
  if ('package' in content) return content.package.slice(0, 12)
  return content.blob.secret ? 'a text with a secret' : content.blob.sha256.slice(0, 12)
}
