'use client'

import { useMemo } from 'react'
import { useWords } from '@/components/data/words'
import type { Step } from '@/server/domain/step'
import { stepTitle } from '@/server/domain/step-title'
import { jobWords } from '@/server/domain/words/job'
import { fill, inLanguage, type Pair } from '@/server/domain/words/words'

export type Say = (word: string, params?: Readonly<Record<string, string | number>>) => string

/** Phrases whose names are made of data (`row.${state}`); an unknown one is shown as it is. */
export const useSay = (dictionary: Readonly<Record<string, Pair>>): Say => {
  const { language } = useWords()
  return useMemo(() => {
    const pairs = new Map(Object.entries(dictionary))
    return (word, params) => {
      const pair = pairs.get(word)
      return pair ? fill(inLanguage(pair, language), params) : word
    }
  }, [dictionary, language])
}

/** What the review and the job page say. */
export const useJobWords = (): { say: Say; titleOf: (step: Step) => string } => {
  const say = useSay(jobWords)
  const { sayWords } = useWords()
  return useMemo(() => ({ say, titleOf: (step: Step) => sayWords(stepTitle(step)) }), [say, sayWords])
}
