import { SimWorld } from '@/server/sim/world'
import { stepContract } from './step-contract'

stepContract('a simulated host', async () => {
  let nowMs = Date.UTC(2026, 0, 1)
  const address = '127.1.0.11'
  const world = SimWorld.fresh([address], {
    now: () => {
      nowMs += 10
      return nowMs
    },
  })
  return {
    exec: async (argv) => world.exec(address, argv, { user: 'root' }),
    put: async (bytes, path) => world.host(address)?.machine.writeFile(path, bytes, { owner: 'root', group: 'root', mode: '0600' }),
    dir: '/dm-contract/one',
    user: 'contract',
    program: Buffer.from('a program'),
    unit: 'dm-worker-18262.service',
  }
})
