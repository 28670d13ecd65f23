import type { Problem } from '@/server/domain/problem'

/** Ends the reading of an archive that can't be taken; its problem says why (`package.*`). */
export class Unfit extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
  }
}

export const packageProblem = (name: string, params: Problem['params'] = {}): Problem => ({
  code: `package.${name}`,
  severity: 'error',
  params,
})
