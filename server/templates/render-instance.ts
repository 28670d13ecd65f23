import { type ComponentName, components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import { plainPath } from '@/server/domain/topology/own-files'
import type { ResourceControl } from '@/server/domain/topology/schema'
import {
  type Alertmanager,
  type Grafana,
  hostPort,
  type Master,
  type Monitor,
  mergedResources,
  type Topology,
  type Worker,
} from '@/server/domain/topology/topology'
import { alertmanagerYml } from './alertmanager-yml'
import { blackboxYml } from './blackbox-yml'
import { configCheck } from './config-check'
import { renderDmToml } from './dm-toml'
import { renderGrafanaIni } from './grafana-ini'
import { dashboardOf, dashboardYml, datasourceYml, ownRulesOf, rulesOf } from './grafana-provisioning'
import { renderPrometheusYml } from './prometheus-yml'
import { type Part, type RenderedFile, textFile } from './rendered-file'
import { alertmanagerScript, exporterScript, grafanaScript, masterScript, prometheusScript, workerScript } from './run-script'
import { renderUnit } from './unit'

export type RenderInput = {
  clusterName: string
  /** Texts of the dm-master package: path in the archive → text; rules and dashboards are taken from it. */
  texts: Readonly<Record<string, string>>
  /** The user's own files by absolute path: of `rule_dir`, `dashboard_dir` and `config_file`. */
  localTexts?: Readonly<Record<string, string>>
  /** Used where the topology holds no password. */
  grafanaPassword?: Part
  /** `host:port` of the masters that run already: the script of a joining instance. */
  join?: readonly string[]
}

/** Every file that makes an instance run, unit last. Pure; the same input gives the same bytes. */
export const renderInstance = (topology: Topology, instance: Instance, input: RenderInput): RenderedFile[] => {
  const { files, script, resources } = renderers[instance.component](topology, instance, input)
  const { runScript } = components[instance.component]
  const unit = renderUnit(instance, topology.global.user, mergedResources(topology.global.resource_control, resources))
  return [
    ...files,
    textFile(`${instance.deployDir}/scripts/${runScript}`, '0755', script),
    { ...textFile(`/etc/systemd/system/${instance.unit}`, '0644', unit), owner: 'root' },
  ]
}

/** Names of the rule files that Prometheus loads, with their texts. */
export const ruleFilesOf = (topology: Topology, entry: Monitor, input: RenderInput): { name: string; text: string }[] => {
  if (entry.rule_dir)
    return filesIn(entry.rule_dir, '.rules.yml', input).map(({ name, text }) => ({ name, text: ownRulesOf(text, input.clusterName) }))
  if (topology.workers.length === 0) return []
  return fromPackage(input.texts, /(^|\/)conf\/dm_worker\.rules\.yml$/).map(({ name, text }) => ({
    name,
    text: rulesOf(text, input.clusterName),
  }))
}

type Rendered = { files: RenderedFile[]; script: string; resources: ResourceControl | undefined }
type Renderer = (topology: Topology, instance: Instance, input: RenderInput) => Rendered

const master: Renderer = (topology, instance, input) => {
  const entry: Master = find(topology.masters, instance)
  const toml = renderDmToml('dm-master', topology.serverConfigs?.master, entry.config)
  return {
    files: [textFile(`${instance.deployDir}/conf/dm-master.toml`, '0644', toml)],
    script: masterScript(topology, instance, entry, input.join),
    resources: entry.resource_control,
  }
}

const worker: Renderer = (topology, instance, input) => {
  const entry: Worker = find(topology.workers, instance)
  const toml = renderDmToml('dm-worker', topology.serverConfigs?.worker, entry.config)
  return {
    files: [textFile(`${instance.deployDir}/conf/dm-worker.toml`, '0644', toml)],
    script: workerScript(topology, instance, entry, input.join),
    resources: entry.resource_control,
  }
}

const prometheus: Renderer = (topology, instance, input) => {
  const entry: Monitor = find(topology.monitors, instance)
  const conf = `${instance.deployDir}/conf`
  const rules = ruleFilesOf(topology, entry, input)
  const yml = renderPrometheusYml(topology, entry, { clusterName: input.clusterName, ruleFiles: rules.map((rule) => rule.name) })
  const check = configCheck(topology.global.user, conf, [`${instance.deployDir}/bin/prometheus/promtool`, 'check', 'config'])
  return {
    files: [
      ...rules.map((rule) => textFile(`${conf}/${rule.name}`, '0644', rule.text)),
      {
        ...textFile(`${conf}/prometheus.yml`, entry.remote_config ? '0600' : '0644', yml),
        check,
        sensitive: entry.remote_config !== undefined,
      },
    ],
    script: prometheusScript(instance, entry),
    resources: entry.resource_control,
  }
}

const grafana: Renderer = (topology, instance, input) => {
  const entry: Grafana = find(topology.grafanas, instance)
  const dir = instance.deployDir
  const password = entry.password === undefined ? (input.grafanaPassword ?? { text: 'admin' }) : { text: entry.password }
  const settings = { ...topology.serverConfigs?.grafana, ...entry.config }
  const source = topology.monitors[0]
  const ini: RenderedFile = {
    path: `${dir}/conf/grafana.ini`,
    mode: '0600',
    owner: 'deploy',
    parts: renderGrafanaIni(entry, dir, password, settings),
  }
  return {
    files: [
      ini,
      ...dashboardsOf(entry, input).map(({ name, text }) => textFile(`${dir}/dashboards/${name}`, '0644', text)),
      textFile(`${dir}/provisioning/dashboards/dashboard.yml`, '0644', dashboardYml(input.clusterName, dir)),
      textFile(
        `${dir}/provisioning/datasources/datasource.yml`,
        '0644',
        datasourceYml(input.clusterName, source ? hostPort(source.host, source.port) : ''),
      ),
    ],
    script: grafanaScript(instance),
    resources: entry.resource_control,
  }
}

const alertmanager: Renderer = (topology, instance, input) => {
  const entry: Alertmanager = find(topology.alertmanagers, instance)
  const own = entry.config_file ? input.localTexts?.[entry.config_file] : undefined
  const conf = `${instance.deployDir}/conf`
  const check = configCheck(topology.global.user, conf, [`${instance.deployDir}/bin/alertmanager/amtool`, 'check-config'])
  return {
    files: [
      {
        ...textFile(`${instance.deployDir}/conf/alertmanager.yml`, own === undefined ? '0644' : '0600', own ?? alertmanagerYml),
        check,
        sensitive: own !== undefined,
      },
    ],
    script: alertmanagerScript(topology, instance, entry),
    resources: entry.resource_control,
  }
}

const exporter: Renderer = (topology, instance) => ({
  files: instance.component === 'blackbox_exporter' ? [textFile(`${instance.deployDir}/conf/blackbox.yml`, '0644', blackboxYml)] : [],
  script: exporterScript(instance, topology.monitored?.numa_node),
  resources: topology.monitored?.resource_control,
})

const renderers: Record<ComponentName, Renderer> = {
  'dm-master': master,
  'dm-worker': worker,
  prometheus,
  grafana,
  alertmanager,
  node_exporter: exporter,
  blackbox_exporter: exporter,
}

const find = <T extends { host: string; port?: number; web_port?: number }>(entries: readonly T[], instance: Instance): T => {
  const entry = entries.find((one) => one.host === instance.host && (one.port ?? one.web_port) === instance.ports[0])
  if (!entry) throw new Error(`${instance.id} is not in the topology`)
  return entry
}

const dashboardsOf = (entry: Grafana, input: RenderInput): { name: string; text: string }[] =>
  entry.dashboard_dir
    ? filesIn(entry.dashboard_dir, '.json', input)
    : fromPackage(input.texts, /(^|\/)scripts\/[^/]+\.json$/).map(({ name, text }) => ({
        name,
        text: dashboardOf(text, input.clusterName),
      }))

const fromPackage = (texts: Readonly<Record<string, string>>, wanted: RegExp): { name: string; text: string }[] =>
  Object.entries(texts)
    .filter(([path]) => wanted.test(path))
    .map(([path, text]) => ({ name: path.split('/').at(-1) ?? '', text }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

const filesIn = (dir: string, ending: string, input: RenderInput): { name: string; text: string }[] => {
  const inside = `${plainPath(dir)}/`
  return Object.entries(input.localTexts ?? {})
    .filter(([path]) => path.startsWith(inside) && path.endsWith(ending) && !path.slice(inside.length).includes('/'))
    .map(([path, text]) => ({ name: path.slice(inside.length), text }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
