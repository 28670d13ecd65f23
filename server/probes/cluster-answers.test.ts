import { describe, expect, it } from 'vitest'
import { parseHealth, parseMembers, parseVersion } from './cluster-answers'

const whole = (leader: object): string =>
  JSON.stringify({
    result: true,
    msg: '',
    members: [
      { leader },
      {
        master: {
          msg: '',
          masters: [
            {
              name: 'm1',
              memberID: '12205527476762207056',
              alive: true,
              peerURLs: ['http://10.0.0.1:8291'],
              clientURLs: ['http://10.0.0.1:8261'],
            },
            { name: 'm2', memberID: '2', alive: false, peerURLs: ['http://10.0.0.2:8291'], clientURLs: [] },
          ],
        },
      },
      { worker: { msg: '', workers: [{ name: 'w', addr: '10.0.0.3:8262', stage: 'bound', source: 's1' }] } },
    ],
  })

describe('members', () => {
  it('keeps 64-bit ids whole', () => {
    expect(parseMembers(whole({ msg: '', name: 'm1', addr: '10.0.0.1:8261' }), 'x')).toMatchObject({
      leader: { name: 'm1', addr: '10.0.0.1:8261' },
      masters: [
        { memberId: '12205527476762207056', alive: true },
        { name: 'm2', alive: false, clientUrls: [] },
      ],
      workers: [{ stage: 'bound', source: 's1' }],
      seenFrom: 'x',
    })
  })
  it('has no leader when none is named', () => {
    expect(parseMembers(whole({ msg: 'no leader', name: '', addr: '' }), 'x')).toMatchObject({ leader: null })
  })
  it.each([
    ['{"result": false, "msg": "[code=46004:class=scheduler], Message: dm-worker with name nosuch not exists"}', '46004'],
    ['{"code": 2, "message": "[code=38043:class=dm-master] master is not leader", "details": []}', '38043'],
    ['{"code": 14, "message": "connection error: connection refused", "details": [ ]}', 'refused'],
    ['{"code": 12, "message": "Not Implemented", "details": [ ]}', 'Not Implemented'],
    ['404 page not found', 'not a member list'],
    ['{"result": true, "msg": "", "members": [{"worker": {"msg": "", "workers": [{"name": "w"}]}}]}', 'not a member list'],
    ['', 'not a member list'],
  ])('%s is an error', (body, said) => {
    expect(parseMembers(body, 'x')).toEqual({ error: expect.stringContaining(said) })
  })
})

it('health and version', () => {
  expect(parseHealth(200, '{"health":"true","reason":""}')).toEqual({ answered: true, healthy: true, reason: '' })
  expect(parseHealth(503, '{"health":"false","reason":"RAFT NO LEADER"}')).toEqual({
    answered: true,
    healthy: false,
    reason: 'RAFT NO LEADER',
  })
  expect(parseHealth(502, '<html>')).toMatchObject({ healthy: false, reason: 'HTTP 502' })
  expect(parseVersion('Release Version: v8.5.0\nGit Commit Hash: c7b\n')).toBe('v8.5.0')
  expect(parseVersion('nothing')).toBeUndefined()
})
