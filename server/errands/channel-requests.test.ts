import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Notice, notifyEvents } from '@/server/domain/notify'
import { noticeText, titleOf } from '@/server/domain/notify-text'
import { type ChannelAddress, type PostKind, refusalIn, requestOf } from './channel-requests'

const notice: Notice = {
  ...{ id: 'd1', event: 'job-failed', cluster: 'prod', subject: 'j1', at: '2026-11-21T10:00:00.000Z', heldBack: 2 },
  params: { job: 7, operation: 'upgrade', by: 'ada@example.org', reason: '<b> *no* [x](http://evil)' },
}
const now = new Date('2026-11-21T10:00:01.500Z')
const about = { panelUrl: 'https://panel.example.com', now }
const channel = (kind: PostKind, secret?: string): ChannelAddress & { kind: PostKind } => ({
  ...{ kind, language: 'en', url: 'https://hooks.example.com/robot?access_token=t0k', secret },
})
const bodyOf = (text: string): Record<string, unknown> => JSON.parse(text)

describe('requests of channels', () => {
  it('of a webhook: the documented signature over time and body, and an id', () => {
    const { url, headers, body } = requestOf(channel('webhook', 'a secret of the hook'), notice, about)
    const t = Math.floor(now.getTime() / 1000)
    const v1 = createHmac('sha256', 'a secret of the hook').update(`${t}.${body}`).digest('hex')
    expect(headers).toMatchObject({
      'x-dm-panel-signature': `t=${t},v1=${v1}`,
      'x-dm-panel-delivery': 'd1',
      'x-dm-panel-event': 'job-failed',
    })
    expect(url).toBe('https://hooks.example.com/robot?access_token=t0k')
    expect(bodyOf(body)).toMatchObject({
      id: 'd1',
      cluster: 'prod',
      title: 'Upgrade prod: failed (job #7)',
      url: 'https://panel.example.com/jobs/j1',
    })
  })

  it('of DingTalk: time and sign in the query, beside the token', () => {
    const { url, body } = requestOf(channel('dingtalk', 'SECabc'), notice, about)
    const query = new URL(url).searchParams
    const sign = createHmac('sha256', 'SECabc').update(`${now.getTime()}\nSECabc`).digest('base64')
    expect(Object.fromEntries(query)).toEqual({ access_token: 't0k', timestamp: String(now.getTime()), sign })
    expect(bodyOf(body)).toMatchObject({ msgtype: 'markdown', markdown: { title: 'Upgrade prod: failed (job #7)' } })
    expect(new URL(requestOf(channel('dingtalk'), notice, about).url).searchParams.has('sign')).toBe(false)
  })

  it('of Feishu: signed by the time and the secret as the key', () => {
    const { body } = requestOf({ ...channel('feishu', 'fs'), language: 'zh-CN' }, notice, about)
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const sign = createHmac('sha256', `${timestamp}\nfs`).update('').digest('base64')
    expect(bodyOf(body)).toMatchObject({
      timestamp,
      sign,
      msg_type: 'post',
      content: { post: { zh_cn: { title: '升级 prod：失败（任务 #7）' } } },
    })
  })

  it('of Slack and WeCom: what others wrote is no markup', () => {
    const slack = String(bodyOf(requestOf(channel('slack'), notice, about).body).text)
    expect(slack).toContain('&lt;b&gt;')
    expect(slack).toContain('<https://panel.example.com/jobs/j1|Open in DM Panel>')
    const wecom = JSON.stringify(bodyOf(requestOf(channel('wecom'), notice, about).body))
    expect(wecom).not.toContain('[x](http://evil)')
    expect(wecom).toContain('[Open in DM Panel](https://panel.example.com/jobs/j1)')
    const long = { ...notice, params: { ...notice.params, reason: '长'.repeat(5000) } }
    const { markdown } = bodyOf(requestOf(channel('wecom'), long, about).body) as { markdown: { content: string } } // as sent above
    expect(Buffer.byteLength(markdown.content)).toBeLessThanOrEqual(4003)
  })

  it('say what, of which cluster, who, and how much was held back; no link without an address', () => {
    const { title, lines, link } = noticeText(notice, 'en', undefined)
    expect([title, ...lines]).toEqual([
      'Upgrade prod: failed (job #7)',
      'Cluster: prod',
      'Started by: ada@example.org',
      'Reason: <b> *no* [x](http://evil)',
      'Time: 2026-11-21 10:00:00 UTC',
      '2 changes of it before this one came too soon after another and were not sent.',
    ])
    expect(link).toBeUndefined()
  })

  it('have a sentence for every event, in both languages', () => {
    const params = {
      job: 1,
      operation: 'stop',
      about: 'pause',
      node: 'n',
      role: 'dm-worker',
      leader: 'm',
      due: 'd',
      from: 'a',
      to: 'b',
      days: 8,
    }
    for (const event of notifyEvents) {
      const [en, zh] = (['en', 'zh-CN'] as const).map((language) => titleOf({ event, cluster: 'c1', params }, language))
      expect(en).toContain('c1')
      expect(`${en}${zh}`).not.toMatch(/[{}]/)
      expect(en).not.toBe(event)
      expect(zh).not.toBe(en)
    }
  })
})

describe('answers of channels', () => {
  it('count as taken only when the service says so', () => {
    const ok = (kind: PostKind, status: number, body: string) => refusalIn(kind, { status, body })?.code
    expect(ok('slack', 200, 'ok')).toBeUndefined()
    expect(ok('webhook', 204, '')).toBeUndefined()
    expect(ok('webhook', 302, '')).toBe('notify.redirected')
    expect(ok('slack', 404, 'no_service')).toBe('notify.status')
    expect(ok('dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}')).toBe('notify.not-taken')
    expect(ok('dingtalk', 200, '{"errcode":0,"errmsg":"ok"}')).toBeUndefined()
    expect(ok('wecom', 200, 'null')).toBe('notify.not-taken')
    expect(ok('feishu', 200, '{"code":19021,"msg":"sign match fail"}')).toBe('notify.not-taken')
    expect(ok('feishu', 200, '{"StatusCode":0,"StatusMessage":"success"}')).toBeUndefined()
    expect(ok('feishu', 200, '<html>')).toBe('notify.not-taken')
  })
})
