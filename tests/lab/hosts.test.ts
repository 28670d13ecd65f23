import { connect } from 'node:net'
import { Client, type ConnectConfig } from 'ssh2'
import { beforeAll, describe, expect, it } from 'vitest'
import { cut, heal, type LabHost, labAvailable, labCredentials, labExec, labHosts, labPrivateKey } from '@/tests/support/lab'

const available = labAvailable()

interface Answer {
  readonly code: number
  readonly text: string
}

function ssh(config: ConnectConfig, command: string, input = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = new Client()
    client.on('error', reject)
    client.on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        let text = ''
        channel.on('data', (data: Buffer) => {
          text += data.toString()
        })
        channel.stderr.resume()
        channel.on('close', (code: number) => {
          client.end()
          resolve({ code, text })
        })
        channel.end(input)
      })
    })
    client.connect({ readyTimeout: 20_000, ...config })
  })
}

describe.skipIf(!available.ok)('lab hosts', () => {
  let hosts: LabHost[] = []
  beforeAll(async () => {
    hosts = await labHosts(2)
  })

  const at = (index: number): { host: string; port: number } => {
    const host = hosts[index]
    if (host === undefined) throw new Error(`no host ${index}`)
    return { host: host.address, port: host.port }
  }

  it('run systemd as process 1, without failed units', async () => {
    for (const host of hosts) {
      const state = await labExec(host.index, ['systemctl', 'is-system-running'])
      expect(state.stdout.trim()).toBe('running')
    }
  })

  it('let root and admin in by password and by key, and guest not by key', async () => {
    for (const login of [labCredentials.root, labCredentials.admin]) {
      const byPassword = await ssh({ ...at(0), username: login.user, password: login.password }, 'id -un')
      expect(byPassword).toEqual({ code: 0, text: `${login.user}\n` })
      const byKey = await ssh({ ...at(0), username: login.user, privateKey: labPrivateKey() }, 'id -un')
      expect(byKey).toEqual({ code: 0, text: `${login.user}\n` })
    }
    await expect(ssh({ ...at(0), username: 'guest', privateKey: labPrivateKey() }, 'id')).rejects.toThrow(/authentication/i)
    await expect(ssh({ ...at(0), username: 'root', password: 'wrong' }, 'id')).rejects.toThrow(/authentication/i)
  })

  it('give admin sudo with the password only, and guest none', async () => {
    const admin = { ...at(0), username: 'admin', password: labCredentials.admin.password }
    expect(await ssh(admin, 'sudo -k; sudo -n id -u')).toMatchObject({ code: 1 })
    expect(await ssh(admin, "sudo -k; sudo -S -p '' id -u", `${labCredentials.admin.password}\n`)).toEqual({ code: 0, text: '0\n' })
    const guest = { ...at(0), username: 'guest', password: labCredentials.guest.password }
    expect(await ssh(guest, "sudo -S -p '' id -u", `${labCredentials.guest.password}\n`)).toMatchObject({ code: 1 })
  })

  it('can be unplugged and healed', async () => {
    const reachable = (): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ ...at(1), timeout: 5000 })
        const end = (ok: boolean): void => {
          socket.destroy()
          resolve(ok)
        }
        socket.on('connect', () => end(true))
        socket.on('error', () => end(false))
        socket.on('timeout', () => end(false))
      })
    expect(await reachable()).toBe(true)
    await cut(2)
    try {
      expect(await reachable()).toBe(false)
    } finally {
      await heal(2)
    }
    await expect.poll(reachable, { timeout: 20_000 }).toBe(true)
  })
})

it('says why the lab is not there', () => {
  expect(available.ok).toBe(available.why === '')
})
