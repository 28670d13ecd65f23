// A runner of its own process, with a slow simulated host: prints `began` when it is in the middle of a step, and its end.
import { runJob } from '@/server/engine/run-job'
import { openDatabase } from '@/server/store/database'
import { claimJob } from '@/server/store/jobs'
import { engineOf, newWorld } from './world'

const [url = '', leaseMs = ''] = process.argv.slice(2)
const db = await openDatabase(url)
const runner = { machine: 'other', bootId: 'b', pid: process.pid, startTime: '1' }
const claim = await claimJob(db, runner, { nowMs: Date.now(), leaseMs: Number(leaseMs), isGone: () => false })
if (!claim) throw new Error('nothing to claim')
const world = newWorld()
world.hooks.before = async (_host, name) => {
  if (name !== 'directory') return undefined
  console.log('began')
  await new Promise((resolve) => setTimeout(resolve, 400))
  return undefined
}
const { document } = await db.plan.findUniqueOrThrow({ where: { id: claim.planId } })
const engine = engineOf(db, world, { runner, leaseMs: Number(leaseMs), heartbeatMs: 200 })
console.log(await runJob(engine, claim, JSON.parse(document ?? '')))
await db.$disconnect()
