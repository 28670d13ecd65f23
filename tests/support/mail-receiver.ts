import net, { type AddressInfo, type Socket } from 'node:net'
import tls from 'node:tls'

export type ReceivedMail = { from: string; to: string[]; text: string; encrypted: boolean }
export type MailReceiver = {
  port: number
  mails: ReceivedMail[]
  /** First words of commands as they came. */
  verbs: string[]
  /** May be changed while it runs. */
  rules: MailRules
  close(): Promise<void>
}
export type MailRules = {
  /** Who may log in; undefined: the server knows no AUTH, and repeats what it does not know. */
  login?: { user: string; password: string }
  /** Answers to RCPT TO by its address, instead of 250. */
  refused?: Readonly<Record<string, string>>
  /** Answer to the whole message, instead of 250. */
  afterData?: string
  /** Says nothing at all. */
  silent?: boolean
  starttls?: { key: string; cert: string }
}

/** A small SMTP server on loopback, which keeps what it gets. */
export const mailReceiver = async (rules: MailRules = {}): Promise<MailReceiver> => {
  const sockets = new Set<Socket>()
  const receiver: Omit<MailReceiver, 'port' | 'close'> = { mails: [], verbs: [], rules }
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    if (receiver.rules.silent) return
    socket.write('220 receiver.test ESMTP\r\n')
    talk(socket, receiver, false)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  }
  return Object.assign(receiver, { port, close })
}

const talk = (socket: Socket, receiver: Omit<MailReceiver, 'port' | 'close'>, encrypted: boolean): void => {
  let rest = ''
  let data: string[] | undefined
  let mail: ReceivedMail = { from: '', to: [], text: '', encrypted }
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  const command = (line: string): string | undefined => {
    const verb = /^\w+/.exec(line)?.[0].toUpperCase() ?? ''
    const { login, refused, starttls } = receiver.rules
    receiver.verbs.push(verb)
    if (verb === 'EHLO') {
      const more = [...(login ? ['AUTH PLAIN LOGIN'] : []), ...(starttls && !encrypted ? ['STARTTLS'] : [])]
      return ['receiver.test', ...more].map((one, at) => `250${at === more.length ? ' ' : '-'}${one}`).join('\r\n')
    }
    if (verb === 'AUTH' && login) {
      const right = Buffer.from(`\u0000${login.user}\u0000${login.password}`).toString('base64')
      return line === `AUTH PLAIN ${right}` ? '235 2.7.0 welcome' : '535 5.7.8 user or password is wrong'
    }
    if (verb === 'MAIL') {
      mail = { from: between(line), to: [], text: '', encrypted }
      return '250 2.1.0 ok'
    }
    if (verb === 'RCPT') {
      const no = refused?.[between(line)]
      if (no === undefined) mail.to.push(between(line))
      return no ?? '250 2.1.5 ok'
    }
    if (verb === 'DATA') {
      data = []
      return '354 go on'
    }
    if (verb === 'STARTTLS' && starttls) {
      socket.removeAllListeners('data')
      say('220 2.0.0 ready')
      const over = new tls.TLSSocket(socket, { isServer: true, ...starttls })
      over.on('error', () => undefined) // a client that does not trust it
      talk(over, receiver, true)
      return undefined
    }
    return `500 5.5.1 unknown command: ${line}`
  }
  socket.on('error', () => undefined) // a client that left
  socket.on('data', (bytes: Buffer) => {
    const lines = `${rest}${bytes.toString('utf8')}`.split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (data === undefined) {
        const answer = command(line)
        if (answer !== undefined) say(answer)
      } else if (line === '.') {
        const no = receiver.rules.afterData
        if (no === undefined) receiver.mails.push({ ...mail, text: data.join('\n') })
        data = undefined
        say(no ?? '250 2.0.0 queued as M1')
      } else data.push(line.replace(/^\.\./, '.'))
    }
  })
}

const between = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''
