import { components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import type { ResourceControl } from '@/server/domain/topology/schema'

/** The systemd unit of an instance; same directives and order as tiup 842f05c, embed/templates/systemd. */
export const renderUnit = (instance: Instance, user: string, resources: ResourceControl): string => {
  const script = `${instance.deployDir}/scripts/${components[instance.component].runScript}`
  const limits = [
    ['MemoryLimit', resources.memory_limit],
    ['CPUQuota', resources.cpu_quota],
    ['IOReadBandwidthMax', resources.io_read_bandwidth_max],
    ['IOWriteBandwidthMax', resources.io_write_bandwidth_max],
    ['LimitCORE', resources.limit_core],
  ]
  const timeouts = [
    ['TimeoutStartSec', resources.timeout_start_sec],
    ['TimeoutStopSec', resources.timeout_stop_sec],
  ]
  return lines(
    '[Unit]',
    `Description=${instance.component} service`,
    'After=syslog.target network.target remote-fs.target nss-lookup.target',
    '',
    '[Service]',
    ...given(limits),
    'LimitNOFILE=1000000',
    'LimitSTACK=10485760',
    ...(instance.component === 'blackbox_exporter' ? ['AmbientCapabilities=CAP_NET_RAW'] : []),
    `User=${user}`,
    `ExecStart=/bin/bash -c '${script}'`,
    ...(instance.component === 'prometheus' ? [reload(instance.deployDir), ''] : []),
    'Restart=always',
    '',
    'RestartSec=15s',
    ...given(timeouts),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  )
}

const reload = (deployDir: string): string => `ExecReload=/bin/bash -c 'kill -HUP $MAINPID $(pidof ${deployDir}/bin/ng-monitoring-server)'`

const given = (settings: readonly (readonly (string | undefined)[])[]): string[] =>
  settings.flatMap(([name, value]) => (value ? [`${name}=${value}`] : []))

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`
