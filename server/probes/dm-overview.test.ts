import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { overviewOf } from './dm-overview'
import { parseDmctlRun, refusalWithin } from './dmctl-answers'

const folder = 'tests/lab/recorded'
const said = (number: string) => {
  const name = readdirSync(folder).find((file) => file.startsWith(`${number}-`)) ?? ''
  const lines = readFileSync(`${folder}/${name}`, 'utf8').split('\n')
  const text = lines.slice(
    1,
    lines.findLastIndex((line) => line.startsWith('rc=')),
  )
  return parseDmctlRun(`::dmctl 0\n${text.join('\n')}\n`)[0]
}
const bindings = [
  { source: 'mariadb-01', worker: 'dm-127.0.1.4-8262', note: '' },
  { source: 'mariadb-03', worker: '', note: 'source is added but there is no free worker to bound' },
]
const workers = [{ name: 'dm-127.0.1.4-8262', addr: '127.0.1.4:8262', stage: 'bound' as const, source: 'mariadb-01' }]
const seen = (status: unknown) => overviewOf('now', status, { bindings, locks: [], workers })

it('a task that runs, with its lag and both places (71)', () => {
  const { tasks, sources } = seen(said('71')?.json)
  expect(tasks.find(({ task }) => task === 't2')).toMatchObject({
    ...{ source: 'mariadb-01', stage: 'Running', unit: 'Sync', lagS: 0, progress: '', errors: [], ddlLock: '', blockingDdls: [] },
    ...{ masterBinlog: '(mysql-bin.000002, 113169)', syncerBinlog: '(mysql-bin.000002, 385)' },
  })
  expect(sources).toMatchObject([
    { source: 'mariadb-01', workerStage: 'bound', relay: null },
    { source: 'mariadb-03', worker: '', workerStage: '', note: 'source is added but there is no free worker to bound', tasks: [] },
  ])
})

it('a task that failed in its load, in DM’s own words (67)', () => {
  const [task] = seen(said('67')?.json).tasks
  expect(task).toMatchObject({ task: 't1', stage: 'Paused', unit: 'Load', lagS: null, progress: '0.00 %' })
  expect(task?.errors).toMatchObject([{ code: 34019, cause: expect.stringContaining('init error manager error') }])
})

it('a source whose worker is silent says why (84)', () => {
  expect(seen(said('84')?.json).sources[0]?.note).toContain('connection refused')
})

it('relay, DM’s advice, and passwords that an error repeats', () => {
  const errors = [{ ErrCode: 1, Message: 'm', RawCause: 'password: canary-1', Workaround: 'do this' }]
  const relayStatus = { stage: 'Paused', masterBinlog: 'a', relayBinlog: 'b', relayCatchUpMaster: false, result: { errors } }
  const row = { result: true, msg: '', sourceStatus: { source: 'mariadb-01', worker: 'w', relayStatus }, subTaskStatus: [] }
  expect(seen({ sources: [row] }).sources[0]?.relay).toEqual({
    ...{ stage: 'Paused', masterBinlog: 'a', relayBinlog: 'b', caughtUp: false },
    errors: [{ code: 1, message: 'm', cause: 'password: ******', workaround: 'do this' }],
  })
})

it('what is no status has no rows', () => {
  expect(seen(undefined).tasks).toEqual([])
  expect(seen({ sources: 1 }).tasks).toEqual([])
})

it('a start that one source refused is a refusal, though the answer as a whole says yes (65)', () => {
  expect(refusalWithin(said('65'))).toMatchObject({ code: 38032, error: expect.stringMatching(/^mariadb-01: /) })
  expect(refusalWithin(said('61'))).toBeUndefined()
  expect(refusalWithin(said('a1'))).toMatchObject({ code: 46006 })
})
