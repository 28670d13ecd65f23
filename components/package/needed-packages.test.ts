import { expect, it } from 'vitest'
import { neededPackages } from './needed-packages'

it('takes the version of DM where there is one, else the newest; nothing of another platform', () => {
  const components = [
    { component: 'dm-master', platforms: { 'linux/amd64': ['v8.5.1', 'v8.5.0'], 'linux/arm64': ['v8.5.1'] } },
    { component: 'alertmanager', platforms: { 'linux/amd64': ['v0.26.0', 'v0.25.0'] } },
    { component: 'grafana', platforms: { 'darwin/arm64': ['v8.5.0'] } },
  ]
  expect(neededPackages({ components }, 'v8.5.0', 'linux/amd64')).toEqual([
    { component: 'dm-master', version: 'v8.5.0', os: 'linux', arch: 'amd64' },
    { component: 'alertmanager', version: 'v0.26.0', os: 'linux', arch: 'amd64' },
  ])
})
