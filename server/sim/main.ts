import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { askedToEnd } from '@/server/exit'
import { makeDemoPackages } from './demo-packages'
import { scaledTiming } from './dm-cluster'
import { startSshServer } from './ssh-server'
import { openWorld } from './store'

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    hosts: { type: 'string', default: '8' },
    port: { type: 'string', default: '22022' },
    'first-address': { type: 'string', default: '127.1.0.11' },
    'delay-ms': { type: 'string', default: '20' },
    // How long DM's elections and leases take, as a share of the real ones.
    'dm-scale': { type: 'string', default: '1' },
  },
})

if (values.dir === undefined) {
  process.stderr.write(
    'usage: node --import tsx server/sim/main.ts --dir DIR [--hosts 8] [--port 22022] [--first-address 127.1.0.11] [--delay-ms 20] [--dm-scale 1]\n',
  )
  process.exit(2)
}

const dir = resolve(values.dir)
const head = values['first-address'].split('.').slice(0, 3).join('.')
const first = Number(values['first-address'].split('.')[3])
const addresses = Array.from({ length: Number(values.hosts) }, (_, index) => `${head}.${first + index}`)
const { world, save } = openWorld(dir, addresses, Date.now, scaledTiming(Number(values['dm-scale'])))
const packages = await makeDemoPackages(resolve(dir, 'packages'))

rmSync(resolve(dir, 'ready.json'), { force: true })
const servers = await Promise.all(
  addresses.map(async (address) => {
    const server = await startSshServer({ world, address, port: Number(values.port), dir, delayMs: Number(values['delay-ms']) })
    const name = world.host(address)?.machine.state.name
    process.stdout.write(`${JSON.stringify({ host: name, address, port: server.port, users: ['root', 'admin'] })}\n`)
    return server
  }),
)
const ready = {
  hosts: servers.map((server, index) => ({ address: addresses[index], port: server.port })),
  packages: packages.map((one) => one.path),
  root: { user: 'root', password: 'root-pass' },
}
// Renamed into place: a reader sees a whole file or none.
writeFileSync(resolve(dir, 'ready.json.new'), JSON.stringify(ready), { mode: 0o600 })
renameSync(resolve(dir, 'ready.json.new'), resolve(dir, 'ready.json'))
process.stdout.write(`${JSON.stringify({ ready: true, packages: ready.packages })}\n`)

const stop = async (): Promise<void> => {
  save()
  await Promise.all(servers.map((server) => server.close()))
  process.exit(0)
}
void askedToEnd().then(stop)
