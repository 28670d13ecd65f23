import { expect, it } from 'vitest'
import type { FileChangeView } from '@/server/domain/api-config'
import { groupEqual } from './group-equal'

const change = (instance: string, more: Partial<FileChangeView> = {}): FileChangeView => ({
  ...{ instance, component: 'dm-master', host: 'h', path: '/d/conf/dm-master.toml', change: 'changed', secret: false },
  ...{ before: 'a', after: 'b' },
  ...more,
})

it('equal changes stand once, with their instances; what is secret stands alone', () => {
  const groups = groupEqual([
    change('m1'),
    change('m2'),
    change('m3', { after: 'c' }),
    change('g1', { secret: true }),
    change('g2', { secret: true }),
  ])
  expect(groups.map(({ instances }) => instances)).toEqual([['m1', 'm2'], ['m3'], ['g1'], ['g2']])
})
