'use client'

import { useRouter } from 'next/navigation'
import { createContext, useContext, useMemo } from 'react'
import { LocaleProvider } from '@/components/ui/locale'
import { problemText, wordsText } from '@/server/domain/words/catalogue'
import { uiHelpWords } from '@/server/domain/words/help'
import { uiWords } from '@/server/domain/words/ui'
import { uiAuditWords } from '@/server/domain/words/ui-audit'
import { uiCheckWords } from '@/server/domain/words/ui-check'
import { uiConfigWords } from '@/server/domain/words/ui-config'
import { uiDmctlWords } from '@/server/domain/words/ui-dmctl'
import { uiExecWords } from '@/server/domain/words/ui-exec'
import { uiFilesWords } from '@/server/domain/words/ui-files'
import { uiHostsWords } from '@/server/domain/words/ui-hosts'
import { uiLifeWords } from '@/server/domain/words/ui-life'
import { uiMonitorsWords } from '@/server/domain/words/ui-monitors'
import { uiNotifyWords } from '@/server/domain/words/ui-notify'
import { uiOperationsWords } from '@/server/domain/words/ui-operations'
import { uiPackagesWords } from '@/server/domain/words/ui-packages'
import { uiPagesWords } from '@/server/domain/words/ui-pages'
import { uiPatchWords } from '@/server/domain/words/ui-patch'
import { uiReachWords } from '@/server/domain/words/ui-reach'
import { uiScaleWords } from '@/server/domain/words/ui-scale'
import { uiTiupWords } from '@/server/domain/words/ui-tiup'
import { uiUpgradeWords } from '@/server/domain/words/ui-upgrade'
import { fill, inLanguage, type Language, type Pair, type Words } from '@/server/domain/words/words'
import { ApiFailure } from './api'

const all = {
  ...uiWords,
  ...uiPagesWords,
  ...uiAuditWords,
  ...uiHostsWords,
  ...uiPackagesWords,
  ...uiOperationsWords,
  ...uiLifeWords,
  ...uiExecWords,
  ...uiDmctlWords,
  ...uiFilesWords,
  ...uiReachWords,
  ...uiScaleWords,
  ...uiUpgradeWords,
  ...uiTiupWords,
  ...uiPatchWords,
  ...uiConfigWords,
  ...uiCheckWords,
  ...uiNotifyWords,
  ...uiMonitorsWords,
  ...uiHelpWords,
}
export type UiWord = keyof typeof all
type Params = Readonly<Record<string, string | number>>

const LanguageContext = createContext<Language>('en')
export const languageCookie = 'dm-panel-language'

export function LanguageProvider({ language, children }: { language: Language; children: React.ReactNode }) {
  return (
    <LanguageContext.Provider value={language}>
      <LocaleProvider value={language}>{children}</LocaleProvider>
    </LanguageContext.Provider>
  )
}

/** The phrases of the pages in the reader's language; `sayWords` and `sayProblem` speak for plans and the server. */
export const useWords = () => {
  const language = useContext(LanguageContext)
  return useMemo(() => wordsIn(language), [language])
}

const wordsIn = (language: Language) => {
  const say = (word: UiWord, params?: Params): string => fill(inLanguage(all[word], language), params)
  return {
    language,
    say,
    /** For names made of data, such as `job.state.${state}`; what has no words is shown as `otherwise`. */
    sayMaybe: (word: string, otherwise: string): string => {
      const pair: Pair | undefined = new Map<string, Pair>(Object.entries(all)).get(word)
      return pair ? inLanguage(pair, language) : otherwise
    },
    sayWords: (phrase: Words): string => wordsText(phrase, language),
    sayProblem: (problem: { code: string; params: Params }) => problemText(problem, language),
    /** What an error says: the server’s words, or that there was no server. */
    sayError: (error: unknown): { message: string; hint: string } => {
      if (!(error instanceof ApiFailure)) return { message: String(error), hint: '' }
      if (error.status === 0) return { message: say('error.unreachable'), hint: say('error.unreachable-hint') }
      return { message: error.error.message || error.error.code, hint: error.error.hint }
    },
  }
}

/** Keeps the choice in a cookie, so that the server renders the next page in it. */
export const useSetLanguage = () => {
  const router = useRouter()
  return (language: Language): void => {
    // biome-ignore lint/suspicious/noDocumentCookie: the server must see it; cookieStore is not everywhere
    document.cookie = `${languageCookie}=${language}; path=/; max-age=31536000; samesite=lax`
    document.documentElement.lang = language
    router.refresh()
  }
}
