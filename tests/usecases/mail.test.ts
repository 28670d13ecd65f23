import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MailServer, mailUrlOf } from '@/server/domain/mail-server'
import type { Notice } from '@/server/domain/notify'
import { type ChannelMail, mailOf } from '@/server/errands/channel-mail'
import { deliver } from '@/server/errands/notify'
import { sendMail } from '@/server/errands/send-mail'
import { runnerKey } from '@/server/runner-key'
import { fanOut, listDeliveries, takeDue } from '@/server/store/deliveries'
import { noteHappening } from '@/server/store/happenings'
import { writeSetting } from '@/server/store/settings'
import { changeChannel, saveChannel } from '@/server/usecases/channels'
import { type MailReceiver, mailReceiver } from '@/tests/support/mail-receiver'
import { selfSigned } from '@/tests/support/self-signed'
import { testDatabase } from '@/tests/support/test-db'

const password = 'canary-mail-password'
const login = { user: 'panel', password }
let receiver: MailReceiver
beforeEach(async () => {
  receiver = await mailReceiver({ login })
})
afterEach(() => receiver.close())

const serverOf = (more: Partial<MailServer> = {}): MailServer => ({
  ...{ host: '127.0.0.1', port: receiver.port, cover: 'none', from: 'dm@example.com', to: ['ops@example.com'], user: 'panel' },
  ...more,
})
const now = new Date('2026-11-21T10:00:01Z')
const notice: Notice = {
  ...{ id: 'd1', event: 'job-failed', cluster: 'prod\r\nBcc: evil@example.net', subject: 'j1', at: now.toISOString(), heldBack: 0 },
  params: { job: 7, operation: 'upgrade', by: 'ada@example.org', reason: 'line\r\n.\r\nMAIL FROM:<evil@example.net>' },
}
const mail = (language: 'en' | 'zh-CN' = 'en', server = serverOf()): ChannelMail =>
  mailOf(server, notice, { language, panelUrl: 'https://panel.example.com', now })
const send = (more: Partial<MailServer> = {}, given: { password?: string; limitMs?: number } = {}) =>
  sendMail({ server: serverOf(more), password: given.password ?? password, mail: mail('en', serverOf(more)) }, undefined, given.limitMs)

describe('a mail', () => {
  it('is plain text in the language of its channel, with an id that stays', () => {
    expect(mail()).toMatchObject({
      from: { name: 'DM Panel', address: 'dm@example.com' },
      messageId: '<dm-panel.d1@example.com>',
      headers: { 'X-DM-Panel-Delivery': 'd1', 'X-DM-Panel-Event': 'job-failed' },
    })
    expect(mail().text).toContain('Open in DM Panel: https://panel.example.com/jobs/j1')
    expect(mail('zh-CN').subject).toMatch(/^升级 prod .*：失败（任务 #7）$/)
    expect(mail().subject).not.toMatch(/\p{Cc}/u)
  })

  it('arrives after a login, and nothing of what others wrote becomes a header or a command', async () => {
    expect(await send({ to: ['ops@example.com', 'dba@example.com'] })).toMatchObject({ status: 250, error: null, told: true })
    expect(receiver.verbs.filter((verb) => verb === 'MAIL')).toHaveLength(1)
    const [{ from, text } = { from: '', text: '' }] = receiver.mails
    expect(from).toBe('dm@example.com')
    expect(receiver.mails).toMatchObject([{ to: ['ops@example.com', 'dba@example.com'] }])
    const head = text.slice(0, text.indexOf('\n\n'))
    expect(head).not.toMatch(/^Bcc/im)
    expect(head).toMatch(/^X-DM-Panel-Delivery: d1$/im)
    expect(head).toContain('Message-ID: <dm-panel.d1@example.com>')
    expect(head).toContain('Auto-Submitted: auto-generated')
  })

  it('of whose login, recipients or message the server wants nothing, is answered in its words', async () => {
    expect(await send({}, { password: 'canary-of-another' })).toMatchObject({
      ...{ status: 535, answer: '535 5.7.8 user or password is wrong', told: false },
      error: { code: 'notify.mail-login', params: { answer: '535 5.7.8 user or password is wrong' } },
    })
    receiver.rules.refused = { 'ops@example.com': '550 5.1.1 nobody of that name' }
    expect(await send()).toMatchObject({ error: { code: 'notify.mail-recipient' }, told: false })
    const some = await send({ to: ['ops@example.com', 'dba@example.com'] })
    expect(some).toMatchObject({ error: { code: 'notify.mail-some', params: { to: 'ops@example.com' } }, told: true })
    receiver.rules = { login, afterData: '554 5.6.0 it looks like spam' }
    expect(await send()).toMatchObject({ error: { code: 'notify.mail-refused', params: { answer: '554 5.6.0 it looks like spam' } } })
    expect(receiver.mails.map(({ to }) => to)).toEqual([['dba@example.com']])
  })

  it('never goes without the encryption or the login that was asked for', async () => {
    expect(await send({ cover: 'starttls' })).toMatchObject({ error: { code: 'notify.mail-tls' } })
    expect(await send({ cover: 'tls' })).toMatchObject({ error: { code: 'notify.mail-tls' } })
    expect(receiver.verbs).not.toContain('AUTH')
    receiver.rules = {}
    const unknown = await send()
    expect(unknown).toMatchObject({ error: { code: 'notify.mail-login' } })
    // The server repeats the command that it does not know.
    expect(receiver.verbs).toContain('AUTH')
    expect(unknown.answer).toContain('unknown command: AUTH PLAIN …')
    expect(receiver.mails).toEqual([])
    expect(await send({ user: undefined })).toMatchObject({ error: null })
  })

  it('never goes to a server whose certificate is not trusted', async () => {
    receiver.rules = { login, starttls: selfSigned() }
    expect(await send({ cover: 'starttls' })).toMatchObject({
      error: { code: 'notify.mail-tls', params: { detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
    })
    expect(receiver.verbs).toEqual(['EHLO', 'STARTTLS'])
  })

  it('ends when nobody answers', async () => {
    receiver.rules = { silent: true }
    expect(await send({}, { limitMs: 100 })).toMatchObject({ error: { code: 'notify.timeout', params: { seconds: 0.1 } } })
    expect(await send({ port: 1 })).toMatchObject({
      status: null,
      error: { code: 'notify.unreachable', params: { detail: 'ECONNREFUSED' } },
    })
  })
})

describe('a channel of mail', () => {
  const who = { id: 'u', email: 'ada@example.org', from: 'here' }
  const key = runnerKey(Buffer.alloc(32, 7))
  const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000)

  it('tells again after a wrong password was put right, under the same Message-ID; once some have it, not by itself', async () => {
    const base = await testDatabase()
    await writeSetting(base.db, 'secrets.public-key', key.publicKey)
    const round = async (when: Date): Promise<void> => {
      await fanOut(base.db, when)
      const due = await takeDue(base.db, when, () => 10_000)
      if (due) await deliver({ db: base.db, secrets: key, panelUrl: undefined, now: () => when }, due)
    }
    const happen = (subject: string, when: Date) =>
      noteHappening(base.db, {
        key: subject,
        event: 'job-failed',
        cluster: 'prod',
        subject,
        params: { job: 1, operation: 'stop' },
        at: when,
      })
    const last = async () => (await listDeliveries(base.db, { limit: 1 }))[0]
    const channel = await saveChannel(base.db, who, {
      ...{ name: 'mail', kind: 'mail', url: mailUrlOf(serverOf({ to: ['ops@example.com', 'dba@example.com'] })), enabled: true },
      ...{ secret: 'not the password', language: 'en', clusters: [], events: ['job-failed'], quietMinutes: 0 },
    })
    expect(channel).toMatchObject({ address: `smtp://127.0.0.1:${receiver.port}`, hasSecret: true })
    await happen('j1', at(0))
    await round(at(0))
    expect(await last()).toMatchObject({ state: 'waiting', tries: 1, error: { code: 'notify.mail-login' } })
    receiver.rules.afterData = '451 4.7.1 later'
    await changeChannel(base.db, who, channel.id, { secret: password })
    await round(new Date())
    expect(await last()).toMatchObject({ state: 'waiting', tries: 2, error: { code: 'notify.mail-refused' } })
    delete receiver.rules.afterData
    await round(new Date(Date.now() + 60_000))
    expect(await last()).toMatchObject({ state: 'sent', tries: 3 })
    expect(receiver.mails[0]?.text).toContain(`Message-ID: <dm-panel.${(await last())?.id}@example.com>`)

    receiver.rules.refused = { 'ops@example.com': '550 gone' }
    await happen('j2', at(100))
    await round(new Date(Date.now() + 120_000))
    expect(await last()).toMatchObject({ state: 'given-up', tries: 1, error: { code: 'notify.mail-some' } })
    await base.close()
  })
})
