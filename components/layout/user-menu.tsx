'use client'

import { useQueryClient } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import { useTheme } from 'next-themes'
import { toast } from 'sonner'
import { api } from '@/components/data/api'
import { useSetLanguage, useWords } from '@/components/data/words'
import { Menu } from '@/components/ui/menu'
import type { SessionView } from '@/server/domain/api-people'

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase()

export function UserMenu({ user }: { user: NonNullable<SessionView['user']> }) {
  const { say, sayError, language } = useWords()
  const { theme, setTheme } = useTheme()
  const setLanguage = useSetLanguage()
  const client = useQueryClient()
  const leave = (path: string) => async (): Promise<void> => {
    try {
      await api(path, { method: 'DELETE' })
      client.clear()
      window.location.assign('/sign-in')
    } catch (error) {
      toast.error(sayError(error).message)
    }
  }
  const tick = (on: boolean): React.ReactNode => (on ? <span aria-hidden="true">✓</span> : null)
  return (
    <Menu
      trigger={
        <button type="button" className="who" aria-label={user.name}>
          <span className="avatar" aria-hidden="true">
            {initials(user.name)}
          </span>
          {user.name}
          <ChevronDown className="i i12" aria-hidden="true" />
        </button>
      }
      items={[
        { kind: 'label', label: `${user.email} · ${say(`role.${user.role}`)}` },
        { kind: 'line' },
        { kind: 'label', label: say('who.theme') },
        ...(['light', 'dark', 'system'] as const).map((value) => ({
          label: say(`who.theme-${value}`),
          onSelect: () => setTheme(value),
          end: tick(theme === value),
        })),
        { kind: 'line' },
        { kind: 'label', label: say('who.language') },
        { label: <span lang="en">English</span>, onSelect: () => setLanguage('en'), end: tick(language === 'en') },
        { label: <span lang="zh-CN">简体中文</span>, onSelect: () => setLanguage('zh-CN'), end: tick(language === 'zh-CN') },
        { kind: 'line' },
        { label: say('who.sign-out'), onSelect: () => void leave('/api/session')() },
        { label: say('who.sign-out-all'), onSelect: () => void leave('/api/sessions')() },
      ]}
    />
  )
}
