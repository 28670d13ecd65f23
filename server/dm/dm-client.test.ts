import { expect, it } from 'vitest'
import { HttpFailed, type HttpRequest, type Target } from '@/server/remote/transport'
import { cancelEvict, evictLeader, parseDmAnswer, parseStartTime, readHealth, readMembers, readVersion } from './dm-client'

const target: Target = { host: 'h', address: 'h', port: 22, login: { user: 'u', credentialId: 'c', sudo: 'root' } }
const at = { address: '10.0.0.1', port: 8261 }
const saying = (answer: { status: number; body: string } | HttpFailed, asked: HttpRequest[] = []) => ({
  http: async (_: Target, request: HttpRequest) => {
    asked.push(request)
    if (answer instanceof HttpFailed) throw answer
    return { ...answer, headers: {} }
  },
})

it('evicts and cancels at the addressed master', async () => {
  const asked: HttpRequest[] = []
  const transport = saying({ status: 200, body: '{"result":true,"msg":""}' }, asked)
  expect([await evictLeader(transport, target, at), await cancelEvict(transport, target, at)]).toEqual([{ ok: true }, { ok: true }])
  expect(asked.map(({ method, path, port }) => `${method} ${path} ${port}`)).toEqual([
    'PUT /apis/v1alpha1/leader/1 8261',
    'PUT /apis/v1alpha1/leader/2 8261',
  ])
})

it('hears every way in which DM refuses', () => {
  expect(parseDmAnswer({ status: 200, body: '{"result":false,"msg":"still online"}' })).toEqual({ ok: false, error: 'still online' })
  expect(parseDmAnswer({ status: 500, body: '{"code":2,"message":"no leader","details":[]}' })).toEqual({ ok: false, error: 'no leader' })
  expect(parseDmAnswer({ status: 404, body: '404 page not found' })).toEqual({ ok: false, error: 'HTTP 404: 404 page not found' })
})

it('tells silence from an answer', async () => {
  const silent = saying(new HttpFailed('timeout', 'no answer'))
  expect(await readMembers(silent, target, at)).toEqual({ error: 'timeout: no answer' })
  expect(await readHealth(silent, target, at)).toEqual({ answered: false, healthy: false, reason: 'timeout: no answer' })
  expect(await readVersion(silent, target, at)).toBeUndefined()
  const lost = saying({ status: 503, body: '{"health":"false","reason":"RAFT NO LEADER"}' })
  expect(await readHealth(lost, target, at)).toEqual({ answered: true, healthy: false, reason: 'RAFT NO LEADER' })
  await expect(readMembers({ http: () => Promise.reject(new Error('link')) }, target, at)).rejects.toThrow('link')
})

it('reads versions and start times', async () => {
  expect(await readVersion(saying({ status: 200, body: 'Release Version: v8.5.0\nGit Branch: x\n' }), target, at)).toBe('v8.5.0')
  expect(parseStartTime('# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.79522671838e+09\n')).toBe(1795226718.38)
  expect(parseStartTime('nothing')).toBeUndefined()
})
