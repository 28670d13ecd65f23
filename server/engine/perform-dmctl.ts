import { maskAnswer } from '@/server/domain/dmctl/mask'
import type { Act } from '@/server/domain/step'
import { parseDmctlRun, refusalWithin } from '@/server/probes/dmctl-answers'
import { createMasker } from '@/server/remote/mask'
import { type Doing, failureOf, type Performed } from './doing'

/**
 * dmctl with the user's words. What it printed is kept whole, without secrets; its exit status is 0 for refusals too, so that its answer
 * decides. A failure before dmctl ran is told as that of any script.
 */
export const performDmctl = async ({ run, lane, place, host }: Doing, act: Extract<Act, { act: 'dmctl' }>): Promise<Performed> => {
  const { argv, deadlineMs } = act
  const result = await run.hosts.exec(host, lane.login, { argv, as: 'root', deadlineMs })
  const clean = (text: string): string => {
    const masker = createMasker(run.hosts.secrets)
    return maskAnswer(masker.push(text) + masker.end())
  }
  const [said] = parseDmctlRun(result.stdout)
  if (result.stderr.trim() !== '') run.writer.output(place, 'stderr', clean(result.stderr))
  if (!said) return { made: [], failure: failureOf(result) ?? { code: 'engine.dmctl-silent', params: {} } }
  run.writer.output(place, 'stdout', clean(said.text))
  const no = refusalWithin(said)
  return { made: [], ...(no && { failure: { code: 'engine.dmctl-refused', params: { said: clean(no.error).slice(0, 1000) } } }) }
}
