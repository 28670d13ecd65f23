import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DisplayRow } from '../display'
import { csvCell, type DisplayHeader, displayCsv, displayJson, displayText, listJson, listText } from './display-text'
import { instancesOf } from './instances'
import { readMeta } from './meta'

const recorded = (name: string) => readFileSync(new URL(`../../../tests/recorded/${name}`, import.meta.url), 'utf8')
const meta = readMeta(recorded('meta/monitored.yaml')).meta
if (!meta) throw new Error('the recorded meta.yaml must be readable')

const now = Date.parse('2026-11-21T03:00:00Z')
const rowsWith = (status: Record<string, string>, over: (id: string) => Partial<DisplayRow> = () => ({})): DisplayRow[] =>
  instancesOf(meta.topology)
    .toReversed()
    .map((i) => ({
      id: i.id,
      role: i.component,
      patched: false,
      host: i.host,
      hostId: i.hostId,
      ports: i.ports.join('/'),
      osArch: 'linux/x86_64',
      status: { value: status[i.id] ?? status[i.component] ?? 'Up', source: 'dm-api', at: null },
      since: { value: null, source: 'none', at: null },
      dataDir: i.dataDir,
      deployDir: i.deployDir,
      name: i.name,
      source: '',
      version: { value: 'v8.5.0', source: 'http', at: null },
      unitState: { value: 'active (running)', source: 'systemd', at: null },
      unit: i.unit,
      pid: 1,
      ...over(i.id),
    }))
const header: DisplayHeader = { name: 'dm1', version: 'v8.5.0', user: 'tidb', sshType: 'builtin', grafanaUrls: ['http://10.79.0.11:3000'] }

describe('tiup dm display', () => {
  it('prints the recorded text', () => {
    const rows = rowsWith({ 'dm-master': 'Healthy', '10.79.0.11:8261': 'Healthy|L', 'dm-worker': 'Free' })
    expect(displayText(header, rows)).toBe(recorded('display/display.txt'))
  })

  it('prints the recorded text of a cluster that is down', () => {
    const down = { 'dm-master': 'Down', 'dm-worker': 'N/A', prometheus: 'Down', grafana: 'Down', alertmanager: 'Down' }
    expect(displayText(header, rowsWith(down))).toBe(recorded('display/display-before-start.txt'))
    expect(`${JSON.stringify(displayJson(header, rowsWith(down)), null, 2)}\n`).toBe(recorded('display/display-json.txt'))
  })

  it('prints the recorded text with uptimes', () => {
    const seconds: Record<string, number> = { 9093: 2, 3000: 2, 9090: 3, 8262: 5, 8261: 6 }
    const since = (id: string) =>
      new Date(now - 1000 * (id === '10.79.0.12:8261' ? 7 : (seconds[id.split(':')[1] ?? ''] ?? 0))).toISOString()
    const rows = rowsWith({ 'dm-master': 'Healthy', '10.79.0.12:8261': 'Healthy|L', 'dm-worker': 'Free' }, (id) => ({
      since: { value: since(id), source: 'systemd', at: null },
    }))
    expect(displayText(header, rows, { uptime: { nowMs: now } })).toBe(recorded('display/display-uptime.txt'))
  })

  it('prints the recorded text of a patched cluster', () => {
    const rows = rowsWith({ 'dm-master': 'Down', 'dm-worker': 'N/A' }, (id) => ({
      patched: id.endsWith(':8261') || id === '10.79.0.14:8262',
    }))
    expect(displayText({ ...header, version: 'v8.5.1' }, rows)).toBe(recorded('display/display-patched.txt'))
  })
})

describe('tiup dm list', () => {
  const row = {
    name: 'dm1',
    user: 'tidb',
    version: 'v8.5.1',
    path: '~/.tiup/storage/dm/clusters/dm1',
    privateKey: '~/.tiup/storage/dm/clusters/dm1/ssh/id_rsa',
  }

  it('has the recorded shape as JSON', () => {
    expect(`${JSON.stringify(listJson([row]))}\n`).toBe(recorded('display/list-json.txt'))
  })

  it('prints columns two apart', () => {
    expect(listText([row])).toBe(
      'Name  User  Version  Path                             PrivateKey\n' +
        '----  ----  -------  ----                             ----------\n' +
        'dm1   tidb  v8.5.1   ~/.tiup/storage/dm/clusters/dm1  ~/.tiup/storage/dm/clusters/dm1/ssh/id_rsa\n',
    )
  })
})

describe('CSV', () => {
  it('never holds a formula', () => {
    expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"')
    expect(csvCell('@a')).toBe("'@a")
  })

  it('has one line per row and no exporters', () => {
    expect(displayCsv(rowsWith({})).split('\r\n')).toHaveLength(1 + 8 + 1)
  })
})
