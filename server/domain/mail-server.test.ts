import { describe, expect, it } from 'vitest'
import { type MailServer, mailUrlOf, readMailHost, readMailUrl } from './mail-server'

const server: MailServer = {
  ...{ host: 'mail.example.com', port: 587, cover: 'starttls', from: 'dm+panel@example.com' },
  ...{ to: ['a&b=c@example.com', 'root@localhost'], user: 'us&er=?#@x' },
}

describe('the address of a mail channel', () => {
  it('is read back as it was written', () => {
    const all: MailServer[] = [
      server,
      { ...server, cover: 'tls', port: 465, host: '[::1]', user: undefined },
      { ...server, cover: 'none', port: 2525, host: '127.0.0.1' },
    ]
    expect(all.map((one) => readMailUrl(mailUrlOf(one)))).toEqual(all)
    expect(readMailUrl('smtp://h.test/?from=a@b.c&to=a@b.c')).toMatchObject({ port: 587, cover: 'starttls', user: undefined })
    expect(readMailUrl('smtps://h.test/?from=a@b.c&to=a@b.c&tls=none')).toMatchObject({ port: 465, cover: 'tls' })
  })

  it('has nothing in it that could begin another header or command', () => {
    const bad = ['a@b.c\r\nBcc: x@y.z', 'a@b.c\n', 'a@b.c>, <x@y.z', '"a\r\nb"@c.d', 'x y@z.a', '@b.c', `${'a'.repeat(300)}@b.c`]
    for (const one of bad) {
      expect(readMailUrl(mailUrlOf({ ...server, from: one }))).toEqual({ fault: 'from' })
      expect(readMailUrl(mailUrlOf({ ...server, to: ['ok@b.c', one] }))).toEqual({ fault: 'to' })
    }
    for (const user of ['a\r\nRCPT TO:<x@y.z>', 'a\u0000b', ''])
      expect(readMailUrl(mailUrlOf({ ...server, user }))).toEqual({ fault: 'user' })
    expect(readMailUrl(mailUrlOf({ ...server, to: [] }))).toEqual({ fault: 'to' })
    expect(readMailUrl(mailUrlOf({ ...server, to: Array.from({ length: 21 }, (_, at) => `a${at}@b.c`) }))).toEqual({ fault: 'to' })
    expect(readMailUrl('smtp://a%0d%0ab.test/?from=a@b.c&to=a@b.c')).toEqual({ fault: 'server' })
    expect(readMailUrl('https://b.test/?from=a@b.c&to=a@b.c')).toEqual({ fault: 'server' })
  })

  it('is typed as a host, with a port or the usual one', () => {
    expect(readMailHost(' mail.example.com ', 'starttls')).toEqual({ host: 'mail.example.com', port: 587 })
    expect(readMailHost('mail.example.com', 'tls')).toEqual({ host: 'mail.example.com', port: 465 })
    expect(readMailHost('[::1]:2525', 'none')).toEqual({ host: '[::1]', port: 2525 })
    for (const bad of ['', 'a b', 'h:0', 'h:65536', 'h:x', 'smtp://h', 'a/b', '::1', 'h\nx'])
      expect(readMailHost(bad, 'tls')).toBeUndefined()
  })
})
