import { describe, expect, it } from 'vitest'
import { stepsOf } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { deploy } from '@/server/operations/deploy'
import type { OperationInput } from '@/server/operations/input'
import { removeDeploy } from '@/server/operations/remove-deploy'
import { expectGolden } from './plan-text'
import { fresh, inputFor, running, tiny } from './world'

const donePlan = deploy.plan(tiny, fresh(tiny), inputFor(tiny)).plan

/** What a host's scripts report when nothing of it was there before; `existed` paths were. */
const madeBy = (steps: readonly Step[], existed: readonly string[]): Record<string, string[]> => {
  const there = new Set<string>(['/', '/home', '/etc', '/etc/sudoers.d', '/etc/systemd', '/etc/systemd/system', ...existed])
  return Object.fromEntries(
    steps.flatMap((step): [string, string[]][] => {
      if (step.kind === 'guard' || step.kind === 'recorded') return []
      if (step.kind === 'user-present') {
        there.add(`/home/${step.user}`)
        return [[step.id, [`group ${step.group}`, `user ${step.user}`]]]
      }
      if (step.kind === 'package-cached') return [[step.id, [`/var/lib/dm-panel/packages/${step.sha256}.tar.gz`]]]
      if (step.kind !== 'directory' && step.kind !== 'file') return [[step.id, []]]
      const levels = step.path
        .split('/')
        .slice(1)
        .map((_, i, all) => `/${all.slice(0, i + 1).join('/')}`)
      const made = levels.filter((path) => !there.has(path))
      for (const path of made) there.add(path)
      return made.length > 0 ? [[step.id, made]] : []
    }),
  )
}
const input = (made: OperationInput['made']): OperationInput => ({ ...inputFor(tiny), donePlan, made: made ?? {} })

describe('removal of a deploy', () => {
  it('removes all of it from a host that was empty', () => {
    expectGolden('remove-deploy/all', removeDeploy.plan(tiny, fresh(tiny), input(madeBy(stepsOf(donePlan), []))).plan)
  })

  it('leaves what was there: user, key holder and folders', () => {
    const steps = stepsOf(donePlan).filter((step) => step.kind !== 'user-present')
    expectGolden(
      'remove-deploy/user-existed',
      removeDeploy.plan(tiny, fresh(tiny), input(madeBy(steps, ['/home/ops', '/home/ops/dm']))).plan,
    )
  })

  it('of a deploy that failed half-way removes that half', () => {
    const prepared = stepsOf(donePlan).filter((step) => step.id.startsWith('1.'))
    expectGolden('remove-deploy/only-prepared', removeDeploy.plan(tiny, fresh(tiny), input(madeBy(prepared, []))).plan)
  })

  it('has nothing to do on hosts when nothing was done, and still writes it into the books', () => {
    const { plan } = removeDeploy.plan(tiny, fresh(tiny), input({}))
    expect(plan.phases.map((one) => one.title.word)).toEqual(['plan.record'])
    expect(plan.hosts).toEqual({})
  })

  it('warns of units that run, and refuses without a deploy', () => {
    const made = madeBy(stepsOf(donePlan), [])
    expect(new Set(removeDeploy.validate(tiny, running(tiny), input(made)).map((one) => one.code))).toEqual(
      new Set(['remove-deploy.unit-runs']),
    )
    expect(removeDeploy.validate(tiny, fresh(tiny), inputFor(tiny)).map((one) => one.code)).toEqual(['remove-deploy.no-plan'])
  })

  it('never deletes a path that the deploy did not make', () => {
    const existed = ['/home/ops', '/home/ops/dm', '/home/ops/dm/dm-worker-8262']
    const made = madeBy(stepsOf(donePlan), existed)
    const all = new Set(Object.values(made).flat())
    for (const step of stepsOf(removeDeploy.plan(tiny, fresh(tiny), input(made)).plan))
      if (step.kind === 'path-absent') expect(all, step.path).toContain(step.path)
  })
})
