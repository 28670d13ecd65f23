'use client'

import { Moon, Sun } from 'lucide-react'
import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import { useSetLanguage, useWords } from '@/components/data/words'
import { Segmented } from '@/components/ui/badge'
import type { Language } from '@/server/domain/words/words'
import { Brand } from './brand'

/** Before sign-in: language, theme, and nothing about clusters. */
export function AuthFrame({ children }: { children: React.ReactNode }) {
  const { say, language } = useWords()
  const setLanguage = useSetLanguage()
  const { theme, setTheme } = useTheme()
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  return (
    <div className="flex h-full flex-col overflow-auto">
      <header className="flex min-h-16 flex-wrap items-center gap-3 border-(--line) border-b px-4">
        <Brand name={say('app.name')} />
        <span className="grow" />
        <Segmented<Language>
          small
          label={say('who.language')}
          value={language}
          onChange={setLanguage}
          options={[
            { value: 'en', label: 'English' },
            { value: 'zh-CN', label: '简体中文' },
          ]}
        />
        <Segmented
          small
          label={say('who.theme')}
          value={ready ? (theme ?? 'system') : 'system'}
          onChange={setTheme}
          options={[
            { value: 'light', label: <Sun className="i" aria-hidden="true" />, name: say('who.theme-light') },
            { value: 'dark', label: <Moon className="i" aria-hidden="true" />, name: say('who.theme-dark') },
            { value: 'system', label: say('who.theme-system') },
          ]}
        />
      </header>
      <main className="mx-auto w-full max-w-[960px] px-4 py-16">{children}</main>
    </div>
  )
}
