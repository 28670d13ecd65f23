import { expect, it } from 'vitest'
import { createRendezvous } from './rendezvous'

const never = () => new Promise<void>(() => {})
const later = () => new Promise((resolve) => setTimeout(resolve, 5))

it('lets nobody go before all are there or have left', async () => {
  const order: string[] = []
  const { wait, leave } = createRendezvous(['a', 'b', 'c'], never)
  const a = wait('a').then(() => order.push('a'))
  await later()
  leave('b')
  await later()
  order.push('c comes')
  await Promise.all([a, wait('c').then(() => order.push('c'))])
  expect(order[0]).toBe('c comes')
  expect(order.toSorted()).toEqual(['a', 'c', 'c comes'])
})

it('waits no longer than patience lasts', async () => {
  await createRendezvous(['a', 'b'], later as () => Promise<void>).wait('a')
})
