'use client'

import Link from 'next/link'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { EmptyState } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { type OperationName, operationNames, runsBeside } from '@/server/domain/plan'
import { problemCodes } from '@/server/domain/words/catalogue'
import { operationHelp } from '@/server/domain/words/help'
import { inLanguage } from '@/server/domain/words/words'

/** Every operation in a sentence. */
export function HelpPage() {
  const { say, sayMaybe, language } = useWords()
  return (
    <>
      <PageHead title={say('help.title')} />
      <div className="scroll pad py-4">
        <dl className="flex max-w-3xl flex-col gap-3">
          {operationNames.map((name) => (
            <div key={name}>
              <dt>
                <Link href={`/help/${name}`} className="m">
                  {sayMaybe(`crumb.${name}`, name)}
                </Link>
              </dt>
              <dd className="t2">{inLanguage(operationHelp[name].does, language)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  )
}

/** What an operation is, made of its own metadata: its line, whether it holds the cluster, what may be said against its plan. */
export function OperationHelpPage({ name }: { name: string }) {
  const { say } = useWords()
  const known = operationNames.find((one) => one === name)
  const all = (
    <ButtonLink look="primary" href="/help">
      {say('help.all')}
    </ButtonLink>
  )
  return known ? <Help name={known} /> : <EmptyState page title={say('help.unknown')} action={all} />
}

function Help({ name }: { name: OperationName }) {
  const { say, sayMaybe, language } = useWords()
  const { does, undo, line } = operationHelp[name]
  const parts: [title: string, text: React.ReactNode][] = [
    [say('help.does'), inLanguage(does, language)],
    [say('help.how'), `${say(runsBeside(name) ? 'help.beside' : 'help.holds')} ${say('help.fails')}`],
    [say('help.undo'), inLanguage(undo, language)],
    [say('help.line'), line === '' ? say('help.no-line') : <Line key="line" text={line} />],
  ]
  return (
    <>
      <PageHead title={sayMaybe(`crumb.${name}`, name)}>
        <ButtonLink look="ghost" href="/help">
          {say('help.all')}
        </ButtonLink>
      </PageHead>
      <div className="scroll pad py-4">
        <div className="max-w-3xl">
          {parts.map(([title, text]) => (
            <section key={title} className="pb-4">
              <h2 className="m pb-1">{title}</h2>
              <div className="t2">{text}</div>
            </section>
          ))}
          <Problems name={name} />
        </div>
      </div>
    </>
  )
}

function Line({ text }: { text: string }) {
  const { say } = useWords()
  return (
    <span className="row">
      <code className="mono break-all">{text}</code>
      <CopyButton text={text} label={say('act.copy')} />
    </span>
  )
}

/** From the catalogue of words; what is filled in only then stands here by its name. */
function Problems({ name }: { name: OperationName }) {
  const { say, sayProblem } = useWords()
  const areas = operationHelp[name].problems
  const codes = problemCodes.filter((code) => areas.includes(code.split('.')[0] ?? ''))
  const plain = (text: string): string => text.replace(/\{(\w+)\}/g, '‹$1›')
  if (codes.length === 0) return null
  return (
    <section>
      <h2 className="m pb-1">{say('help.problems')}</h2>
      <ul className="flex flex-col gap-2">
        {codes.map((code) => {
          const { message, hint } = sayProblem({ code, params: {} })
          return (
            <li key={code}>
              {plain(message)} <span className="t3">{plain(hint)}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
