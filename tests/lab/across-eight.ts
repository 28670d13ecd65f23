import { createCipheriv } from 'node:crypto'
import { expect } from 'vitest'
import { formerFixedKey } from '@/server/domain/former-key'
import { planFor, succeeds } from './connect'
import { on } from './on-host'
import type { RunningCluster } from './running-cluster'

export const oldVersion = 'v7.5.3'
export const oldCluster = 'old'
const port = 18261
const folder = (what: 'deploy' | 'data', name = '') => `/home/tidb/old/${what}${name}`

/** As dmctl before v8.0.0 encrypts. */
export const encryptedPassword = (): string => {
  const iv = Buffer.alloc(16, 9)
  const cipher = createCipheriv('aes-256-cfb', Buffer.from(formerFixedKey, 'hex'), iv)
  return Buffer.concat([iv, Buffer.from('@'), cipher.update('as-given', 'utf8'), cipher.final()]).toString('base64')
}

/** A second cluster of a version before v8.0.0 on hosts 5 and 6, two masters and one worker, with a source whose password is encrypted. */
export const startOldCluster = async (lab: RunningCluster): Promise<void> => {
  const wanted = ['dm-master', 'dm-worker', 'dmctl'].map((component) => ({ component, version: oldVersion, os: 'linux', arch: 'amd64' }))
  await lab.api.errand('/api/packages/fetch', { location: lab.mirror.dir, wanted }, 240_000)
  const topology = [
    `global: {user: tidb, deploy_dir: ${folder('deploy')}, data_dir: ${folder('data')}}`,
    `master_servers:\n  - {host: ${lab.address(5)}, port: ${port}, peer_port: 18291}\n  - {host: ${lab.address(6)}, port: ${port}, peer_port: 18291}`,
    `worker_servers:\n  - {host: ${lab.address(6)}, port: 18262}\n`,
  ].join('\n')
  const input = { version: oldVersion, topology, credentialId: lab.logins.rootKey, waivers: [] }
  const plan = await lab.api.plan(oldCluster, 'deploy', input)
  expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  await lab.api.jobIn((await lab.api.run(plan)).id, ['succeeded'])
  await lab.api.jobIn((await lab.api.run(await lab.api.plan(oldCluster, 'start', {}))).id, ['succeeded'])
  const config = `source-id: mysql-old\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: ${encryptedPassword()}}\n`
  const body = JSON.stringify({ op: 1, config: [config] })
  const said = await fetch(`http://${lab.address(5)}:${port}/apis/v1alpha1/sources`, { method: 'PUT', body })
  expect(await said.text()).toMatch(/"result":\s*true/)
}

const thirdPort = 18263

/** A third master, on host 6: after v8.0.0 was crossed it does not start without the key file. */
export const addOldMaster = async (lab: RunningCluster): Promise<void> => {
  const topology = `master_servers:\n  - {host: ${lab.address(6)}, port: ${thirdPort}, peer_port: 18293}\n`
  const { plan } = await planFor(lab.api, oldCluster, 'scale-out', { topology })
  await succeeds(lab.api, (await lab.api.run(plan)).id)
}

/** The third master's key file, whether it is that of the first, and how many masters are alive. */
export const addedMasterNow = async (lab: RunningCluster) => {
  const script = 'stat -c "%a %U" "$1"; sha256sum < "$1"'
  const keyAt = (index: number, of: number) =>
    on(lab.host(index), 'bash', '-c', script, 'bash', `${folder('deploy', `/dm-master-${of}`)}/conf/dm-secret.key`)
  const [first, third] = await Promise.all([keyAt(5, port), keyAt(6, thirdPort)])
  const members = await (await fetch(`http://${lab.address(5)}:${port}/apis/v1alpha1/members?master=true`)).text()
  return { key: third.split('\n')[0], same: first === third, alive: members.match(/"alive":\s*true/g)?.length }
}

/** What is there, by the hosts' own word: the master's version, its key file, whether its configuration names it, who holds the source. */
export const oldClusterNow = async (lab: RunningCluster, suffix = '') => {
  const deploy = folder('deploy', `/dm-master-${port}${suffix}`)
  const script = `"$1/bin/dm-master/dm-master" -V | head -1; stat -c '%a %U %s' "$1/conf/dm-secret.key" 2> /dev/null || echo none; grep -c '^secret-key-path' "$1/conf/dm-master.toml" || true`
  const [version = '', key = '', named = ''] = (await on(lab.host(5), 'bash', '-c', script, 'bash', deploy)).trim().split('\n')
  const members = await fetch(`http://${lab.address(5)}:${port}/apis/v1alpha1/members?worker=true`)
  const status = await fetch(`http://${lab.address(5)}:${port}/status`)
  return {
    ...{ lies: version.replace('Release Version: ', ''), key, named: named === '1' },
    runs: /Release Version: (\S+)/.exec(await status.text())?.[1],
    bound: (await members.text()).includes('mysql-old'),
  }
}
