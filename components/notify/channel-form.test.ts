import { describe, expect, it } from 'vitest'
import { readMailUrl } from '@/server/domain/mail-server'
import type { ChannelRow } from '@/server/domain/notify'
import { bodyOf, type ChannelForm, complaintOf, formOf } from './channel-form'

const row: ChannelRow = {
  ...{ id: 'c', name: 'mail', kind: 'mail', address: 'smtp://mail.example.com:587', hasSecret: true, enabled: true, language: 'en' },
  ...{ clusters: [], events: ['job-failed'], quietMinutes: 10, createdBy: 'x', createdAt: '', updatedAt: '' },
  ...{ lastSentAt: null, waiting: 0, failing: false },
}
const fresh: ChannelForm = {
  ...formOf(undefined),
  name: 'mail',
  kind: 'mail',
  server: 'mail.example.com',
  from: 'a@b.c',
  to: 'd@e.f , g@h.i,',
}

describe('the form of a mail channel', () => {
  it('becomes one address', () => {
    expect(complaintOf(fresh, undefined)).toBeUndefined()
    expect(readMailUrl(bodyOf(fresh, undefined).url ?? '')).toEqual({
      ...{ host: 'mail.example.com', port: 587, cover: 'starttls', from: 'a@b.c', to: ['d@e.f', 'g@h.i'], user: undefined },
    })
    expect(bodyOf({ ...fresh, user: 'u', secret: 'password' }, undefined)).toMatchObject({ kind: 'mail', secret: 'password' })
  })

  it('wants user and password together, and a server that can be one', () => {
    expect(complaintOf({ ...fresh, user: 'u' }, undefined)).toBe('mail.login-half')
    expect(complaintOf({ ...fresh, secret: 'password' }, undefined)).toBe('mail.login-half')
    expect(complaintOf({ ...fresh, server: 'mail example' }, undefined)).toBe('mail.server-bad')
  })

  it('of one that exists keeps what is left empty, and may have another password alone', () => {
    const kept = formOf(row)
    expect(complaintOf(kept, row)).toBeUndefined()
    expect(bodyOf(kept, row)).not.toHaveProperty('url')
    expect(complaintOf({ ...kept, secret: 'another' }, row)).toBeUndefined()
    expect(complaintOf({ ...kept, secret: 'another' }, { ...row, hasSecret: false })).toBe('mail.login-half')
    expect(complaintOf({ ...kept, server: 'h', from: 'a@b.c', to: 'a@b.c', user: 'u' }, row)).toBe('mail.login-half')
  })
})
