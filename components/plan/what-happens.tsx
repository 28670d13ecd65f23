'use client'

import { Note } from '@/components/ui/banner'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'

type SayProblem = (problem: { code: string; params: Problem['params'] }) => { message: string; hint: string }

/** Of a line for dmctl: what will happen, how it is taken back, and which files go with it. Nothing for other plans. */
export function WhatHappens({ plan, sayProblem }: { plan: Plan; sayProblem: SayProblem }) {
  const effect = plan.problems.find(({ code }) => code.startsWith('dmctl.will-'))
  if (!effect) return null
  const { message, hint } = sayProblem(effect)
  const files = stepsOf(plan).flatMap((step) => (step.kind === 'dmctl' ? step.files : []))
  return (
    <div className="mb-3 max-w-3xl">
      <Note title={message}>
        {hint}
        {files.map(({ name, about }) => (
          <p key={name} className="[overflow-wrap:anywhere]">
            <span className="mono">{name}</span> {about}
          </p>
        ))}
      </Note>
    </div>
  )
}
