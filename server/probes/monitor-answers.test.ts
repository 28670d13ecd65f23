import { describe, expect, it } from 'vitest'
import { alertsPath, parseAlerts, parseRange, rangePath } from './monitor-answers'

const alert = (more: object) => ({
  ...{ fingerprint: 'f', startsAt: '2026-11-21T10:00:00.000Z', endsAt: '', updatedAt: '', receivers: [], generatorURL: '' },
  ...{
    annotations: { summary: 's' },
    labels: { alertname: 'A', level: 'warning' },
    status: { state: 'active', silencedBy: [], inhibitedBy: [] },
  },
  ...more,
})

describe('answers of monitors', () => {
  it('alerts: the worst first, silenced ones last, labels that say what it is about', () => {
    const body = JSON.stringify([
      alert({ fingerprint: 'w' }),
      alert({ fingerprint: 's', status: { state: 'suppressed' }, labels: { alertname: 'S', level: 'critical' } }),
      alert({
        fingerprint: 'c',
        labels: { alertname: 'C', severity: 'critical', instance: 'a:1', expr: 'up == 0', monitor: 'prometheus' },
      }),
    ])
    const alerts = parseAlerts(body)
    expect(alerts?.map(({ id, level, silenced }) => [id, level, silenced])).toEqual([
      ['c', 'critical', false],
      ['w', 'warning', false],
      ['s', 'critical', true],
    ])
    expect(alerts?.[0]).toMatchObject({ name: 'C', summary: 's', labels: { instance: 'a:1' } })
    expect(parseAlerts('[]')).toEqual([])
    for (const not of ['', '<html>', '{"status":"error"}', 'null']) expect(parseAlerts(not)).toBeUndefined()
    expect(alertsPath).toContain('inhibited=false')
  })

  it('ranges: lines by what they are of, the highest first, no NaN, no more than a chart can show', () => {
    const result = [
      {
        metric: { task: 't', source_id: 'mysql-01' },
        values: [
          [1, '1'],
          [2, 'NaN'],
          [3, '2.123456'],
        ],
      },
      { metric: { task: 'u', source_id: '' }, values: [[3, '9']] },
      { metric: { task: 'gone' }, values: [[1, '+Inf']] },
    ]
    const answer = (list: unknown) => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: list } })
    expect(parseRange('lag', answer(result))).toEqual({
      id: 'lag',
      more: 0,
      series: [
        { name: 'u', points: [[3, 9]] },
        {
          name: 't mysql-01',
          points: [
            [1, 1],
            [3, 2.123],
          ],
        },
      ],
    })
    const hosts = Array.from({ length: 30 }, (_, i) => ({ metric: { instance: `10.0.0.${i}:9100` }, values: [[1, String(i)]] }))
    const many = parseRange('cpu', answer(hosts))
    expect([many?.series.length, many?.more, many?.series[0]?.name]).toEqual([24, 6, '10.0.0.29'])
    for (const not of ['', '{"status":"error","errorType":"bad_data"}', answer(undefined)]) expect(parseRange('lag', not)).toBeUndefined()
    expect(rangePath('up{a="b c"}', { fromS: 1, toS: 61, stepS: 60 })).toBe(
      '/api/v1/query_range?query=up%7Ba%3D%22b+c%22%7D&start=1&end=61&step=60',
    )
  })
})
