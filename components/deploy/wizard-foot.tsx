import type { Say } from '@/components/plan/say'
import { Button } from '@/components/ui/button'
import { StatusShape } from '@/components/ui/status-shape'
import { noCheck, type TopologyCheck, type WizardStep, wizardSteps } from './draft'

type Props = {
  say: Say
  step: WizardStep
  /** What hinders, once somebody tried to go on. */
  word: string | undefined
  check: TopologyCheck
  busy: boolean
  back: () => void
  next: () => void
}

export function WizardFoot({ say, step, word, check, busy, back, next }: Props) {
  return (
    <footer className="wfoot">
      <Button size="large" onClick={back}>
        {say('deploy.back')}
      </Button>
      <span className="flex items-center gap-2" role="status">
        <FootNote say={say} word={word} check={check} />
      </span>
      <Button look="primary" size="large" className="ml-auto" busy={busy} onClick={next}>
        {say(step === 'checks' ? 'deploy.next.review' : `deploy.next.${wizardSteps[wizardSteps.indexOf(step) + 1]}`)}
      </Button>
    </footer>
  )
}

export const problemsWord = (count: number): string => (count === 1 ? 'deploy.problem' : 'deploy.problems')
export const errorsOf = (check: TopologyCheck): number => check.problems.filter((one) => one.severity === 'error').length

/** What still hinders, and how much the server has to say of the topology. */
function FootNote({ say, word, check }: { say: Say; word: string | undefined; check: TopologyCheck }) {
  const errors = errorsOf(check)
  const warnings = check.problems.filter((one) => one.severity === 'warning').length
  if (!word && errors + warnings === 0) return check === noCheck ? null : <span className="t3">{say('deploy.no-problems')}</span>
  return (
    <>
      {(word || errors > 0) && <StatusShape shape="bad" />}
      {word || errors > 0 ? (
        <span className="bad m">
          {say(word === undefined || word === 'deploy.problems' ? problemsWord(errors) : word, { count: errors })}
        </span>
      ) : null}
      {warnings > 0 && <StatusShape shape="warn" />}
      {warnings > 0 && <span className="t2">{say('deploy.warnings', { count: warnings })}</span>}
    </>
  )
}
