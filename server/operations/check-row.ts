import type { CheckGroup, CheckRow } from '@/server/domain/check-row'
import type { HostId } from '@/server/domain/instance'

type RowInput = {
  host: HostId
  code: string
  subject?: string
  group: CheckGroup
  expected: string
  seen: string
  params?: CheckRow['params']
}

/** A line of a report: `ok`, or otherwise; `undefined` is a fact that was not seen. */
export const row = (ok: boolean | undefined, given: RowInput, otherwise: 'warn' | 'fail'): CheckRow => ({
  id: `${given.host}/${given.code}/${given.subject ?? ''}`,
  host: given.host,
  group: given.group,
  state: ok === undefined ? 'unknown' : ok ? 'ok' : otherwise,
  code: given.code,
  title: { word: `${given.code}.title`, params: { host: given.host, ...given.params } },
  expected: given.expected,
  seen: given.seen,
  params: { host: given.host, expected: given.expected, seen: given.seen, ...given.params },
})
