'use client'

import { CircleHelp, Layers, ListChecks, Menu as MenuIcon, Package, ScrollText, Search, Server, Settings } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { ChainAlarm } from '@/components/audit/chain-alarm'
import { useLivePanel } from '@/components/data/live'
import { useClusters, useJobs, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { SkeletonRows } from '@/components/ui/banner'
import { Menu } from '@/components/ui/menu'
import { StatusShape } from '@/components/ui/status-shape'
import type { SessionView } from '@/server/domain/api-people'
import { Brand } from './brand'
import { CommandPalette } from './command-palette'
import { Crumbs } from './crumbs'
import { ShortcutsDialog } from './shortcuts-dialog'
import { useJobToasts } from './use-job-toasts'
import { useShortcuts } from './use-shortcuts'
import { UserMenu } from './user-menu'

/** Rail, bar and page. Nothing of the panel is asked for before it is known who asks. */
export function Shell({ children }: { children: React.ReactNode }) {
  const session = useSession()
  const router = useRouter()
  const path = usePathname()
  const data = session.data
  useEffect(() => {
    if (data?.needsSetup) router.replace('/setup')
    else if (data && !data.user) router.replace(`/sign-in?next=${encodeURIComponent(path)}`)
  }, [data, router, path])
  if (data && !data.user) return null
  const user = data?.user
  // The page is rendered only for somebody: before that nothing of it is asked for, and nothing is hydrated against data that came meanwhile.
  return <Frame user={user ?? null}>{user ? children : session.error ? <NoSession error={session.error} /> : <Waiting />}</Frame>
}

function Waiting() {
  const { say } = useWords()
  return <SkeletonRows columns={5} label={say('state.loading')} />
}

function NoSession({ error }: { error: unknown }) {
  return (
    <div className="pad max-w-xl py-4">
      <ErrorNote error={error} />
    </div>
  )
}

function Frame({ user, children }: { user: SessionView['user']; children: React.ReactNode }) {
  const { say } = useWords()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const path = usePathname()
  useLivePanel()
  useJobToasts()
  useShortcuts({ onPalette: () => setPalette(true), onHelp: () => setHelp(true) })
  return (
    <div className="app">
      <a href="#content" className="skip">
        {say('nav.skip')}
      </a>
      <Rail onHelp={() => setHelp(true)} />
      <div className="main">
        <header className="top">
          <PhoneMenu />
          <Crumbs />
          <button type="button" className="searchbox" onClick={() => setPalette(true)} aria-label={say('nav.search')}>
            <Search className="i" aria-hidden="true" />
            <span>{say('nav.search')}</span>
            <kbd>⌘K</kbd>
          </button>
          <JobsNow />
          {user ? <UserMenu user={user} /> : null}
        </header>
        {user?.role === 'admin' && !path.startsWith('/audit') ? <ChainAlarm /> : null}
        <main className="page" id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
      <CommandPalette open={palette} onClose={() => setPalette(false)} />
      <ShortcutsDialog open={help} onClose={() => setHelp(false)} />
    </div>
  )
}

const places = [
  { href: '/clusters', word: 'nav.clusters', icon: Layers },
  { href: '/jobs', word: 'nav.jobs', icon: ListChecks },
  { href: '/packages', word: 'nav.packages', icon: Package },
  { href: '/hosts', word: 'nav.hosts', icon: Server },
  { href: '/audit', word: 'nav.audit', icon: ScrollText },
  { href: '/settings', word: 'nav.settings', icon: Settings },
] as const

function Rail({ onHelp }: { onHelp: () => void }) {
  const { say } = useWords()
  const path = usePathname()
  const clusters = useClusters().data
  const jobs = useJobs().data
  const open = jobs?.filter((job) => !['succeeded', 'failed', 'cancelled'].includes(job.state)).length
  const counts: Record<string, number | undefined> = { '/clusters': clusters?.length, '/jobs': open || undefined }
  return (
    <nav className="rail" aria-label={say('nav.main')}>
      <Brand name={say('app.name')} />
      {places.map(({ href, word, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={path.startsWith(href) || (path === '/adopt' && href === '/clusters') ? 'page' : undefined}
        >
          <Icon className="i i16" aria-hidden="true" />
          {say(word)}
          {counts[href] === undefined ? null : <span className="n">{counts[href]}</span>}
        </Link>
      ))}
      <div className="foot">
        <button type="button" className="btn ghost w-full" style={{ justifyContent: 'flex-start' }} onClick={onHelp}>
          <CircleHelp className="i i16" aria-hidden="true" />
          {say('nav.shortcuts')}
          <span className="grow" />
          <kbd>?</kbd>
        </button>
      </div>
    </nav>
  )
}

/** The rail's places where there is no room for the rail. */
function PhoneMenu() {
  const { say } = useWords()
  const router = useRouter()
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="btn ghost phonemenu" aria-label={say('nav.open')}>
          <MenuIcon className="i i16" aria-hidden="true" />
        </button>
      }
      items={places.map(({ href, word }) => ({ label: say(word), onSelect: () => router.push(href) }))}
    />
  )
}

function JobsNow() {
  const { say } = useWords()
  const jobs = useJobs().data ?? []
  const waiting = jobs.filter((job) => job.state === 'waiting').length
  const running = jobs.filter((job) => job.state === 'running' || job.state === 'queued').length
  if (waiting + running === 0) return null
  const text = waiting ? say('nav.jobs-waiting', { count: waiting }) : say('nav.jobs-running', { count: running })
  return (
    <Link href="/jobs" className="jobs-now" aria-label={text}>
      <StatusShape shape={waiting ? 'wait' : 'busy'} />
      <span>{text}</span>
    </Link>
  )
}
