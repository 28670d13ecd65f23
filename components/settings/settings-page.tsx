'use client'

import { useHealth, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Notifications } from '@/components/notify/notifications'
import { KeyValues } from '@/components/ui/drawer'
import { Status } from '@/components/ui/status-shape'
import { TabPanel, Tabs } from '@/components/ui/tabs'
import { durationText, sizeText, Time } from '@/components/ui/time'
import type { HealthView } from '@/server/domain/api'
import { Account } from './account'
import { MirrorRoots } from './mirror-roots'
import { Tokens } from './tokens'
import { Users } from './users'

const tabs = ['health', 'users', 'tokens', 'notifications', 'mirrors', 'account'] as const
type Tab = (typeof tabs)[number]

export function SettingsPage() {
  const { say } = useWords()
  const url = useUrlState()
  const role = useSession().data?.user?.role
  const hidden: readonly Tab[] = role === 'admin' ? [] : role === 'operator' ? ['users'] : ['users', 'notifications']
  const shown = tabs.filter((one) => !hidden.includes(one))
  const tab: Tab = shown.find((one) => one === url.get('tab')) ?? 'health'
  return (
    <>
      <PageHead title={say('nav.settings')} />
      <Tabs
        label={say('settings.tabs')}
        value={tab}
        onChange={(next) => url.set({ tab: next === 'health' ? '' : next })}
        tabs={shown.map((value) => ({ value, label: say(`settings.${value}`) }))}
      >
        <TabPanel value="health">
          <Health />
        </TabPanel>
        <TabPanel value="users">
          <Users />
        </TabPanel>
        <TabPanel value="tokens">
          <Tokens />
        </TabPanel>
        <TabPanel value="notifications">
          <Notifications />
        </TabPanel>
        <TabPanel value="mirrors">
          <MirrorRoots />
        </TabPanel>
        <TabPanel value="account">
          <Account />
        </TabPanel>
      </Tabs>
    </>
  )
}

function AuditHealth({ audit }: { audit: HealthView['audit'] }) {
  const { say } = useWords()
  const shape = { sound: 'ok', broken: 'bad', old: 'warn', 'not-yet': 'unknown' } as const
  return (
    <Status shape={shape[audit.state]} detail={audit.at ? <Time at={audit.at} /> : undefined}>
      {say(`health.audit.${audit.state}`, { number: audit.soundUpTo, count: audit.findingCount })}
    </Status>
  )
}

function Health() {
  const { say } = useWords()
  const health = useHealth()
  const part = (ok: boolean, detail?: string): React.ReactNode => (
    <Status shape={ok ? 'ok' : 'bad'} detail={detail}>
      {say(ok ? 'health.works' : 'health.fails')}
    </Status>
  )
  const beat = ({ beatAgoS }: HealthView['runner']): string =>
    beatAgoS === null ? say('health.no-beat') : say('health.beat', { seconds: Math.round(beatAgoS) })
  return (
    <div className="scroll pad py-4">
      <Loaded query={health} columns={2}>
        {({ web, runner, database, disk, audit, version, commit }) => (
          <KeyValues
            rows={[
              [say('health.version'), <span key="v" className="mono">{`${version} ${commit}`}</span>],
              [say('health.web'), part(web.ok, say('health.uptime', { time: durationText(web.uptimeS * 1000) }))],
              [say('health.runner'), part(runner.ok, beat(runner))],
              [say('health.database'), part(database.ok)],
              [say('health.audit'), <AuditHealth key="a" audit={audit} />],
              [say('health.disk'), part(disk.ok, say('health.free', { size: sizeText(disk.freeBytes) }))],
            ]}
          />
        )}
      </Loaded>
    </div>
  )
}
