'use client'

import Link from 'next/link'
import { type Shape, StatusShape } from '@/components/ui/status-shape'

export type WizardStep = { key: string; title: string; href: string; state: 'done' | 'current' | 'todo' | 'problem'; answer?: string }

const shapeOf: Record<WizardStep['state'], Shape> = { done: 'done', current: 'free', todo: 'todo', problem: 'bad' }

/** Steps on the left, form in the middle, what will happen on the right, and a foot with Back, Next and the count of problems. */
export function Wizard(props: {
  label: string
  steps: readonly WizardStep[]
  summaryTitle: string
  summary: React.ReactNode
  foot: React.ReactNode
  children: React.ReactNode
}) {
  return (
    <>
      <div className="wiz">
        <nav aria-label={props.label}>
          <ol className="stepper">
            {props.steps.map((step) => (
              <li key={step.key} aria-current={step.state === 'current' ? 'step' : undefined}>
                <StatusShape shape={shapeOf[step.state]} />
                <span>
                  {step.state === 'done' || step.state === 'problem' ? <Link href={step.href}>{step.title}</Link> : step.title}
                  {step.answer ? <small>{step.answer}</small> : null}
                </span>
              </li>
            ))}
          </ol>
        </nav>
        <div className="wmain">{props.children}</div>
        <section className="wside" aria-label={props.summaryTitle}>
          <h2>{props.summaryTitle}</h2>
          {props.summary}
        </section>
      </div>
      <div className="wfoot">{props.foot}</div>
    </>
  )
}
