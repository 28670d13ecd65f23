import type { Pair } from './words'

/** Words of how hosts are reached: a cluster's settings, and the advanced part of each wizard. */
export const uiReachWords = {
  'reach.title': ['Advanced: how hosts are reached', '高级：连接主机的方式'],
  'reach.client': ['SSH client (--ssh)', 'SSH 客户端（--ssh）'],
  'reach.client-help': [
    'system is the ssh of the panel’s machine, with its ~/.ssh/config, plug-ins and jump hosts. Host keys stay pinned.',
    'system 为面板所在机器上的 ssh，使用其 ~/.ssh/config、插件和跳板机；主机密钥仍按已固定的核对。',
  ],
  'reach.client.': ['As the cluster’s settings say', '按集群设置'],
  'reach.client.builtin': ['builtin', 'builtin'],
  'reach.client.system': ['system', 'system'],
  'reach.timeout': ['Timeout of the connection (--ssh-timeout), seconds', '连接超时（--ssh-timeout），秒'],
  'reach.timeout-help': ['Empty: as the cluster’s settings say, else 5.', '留空则按集群设置，否则为 5。'],
  'reach.bad': ['{field} must be a whole number from {min} to {max}.', '{field}必须是 {min} 到 {max} 之间的整数。'],
  'settings.cluster.menu': ['Settings…', '设置…'],
  'settings.cluster.title': ['Settings of {cluster}', '{cluster} 的设置'],
  'settings.cluster.note': [
    'They hold for later plans and for watching; a single operation may choose otherwise in its wizard.',
    '对之后的计划和状态监视生效；单次操作可在其向导中另行选择。',
  ],
  'settings.cluster.client.': ['Default: the topology’s ssh_type ({type}), or the panel’s', '默认：拓扑的 ssh_type（{type}）或面板设置'],
  'settings.cluster.timeout-help': ['Empty: 5.', '留空则为 5。'],
  'settings.cluster.wait': ['Patience of a gate (--wait-timeout), seconds', '检查门等待上限（--wait-timeout），秒'],
  'settings.cluster.wait-help': ['Empty: 120.', '留空则为 120。'],
  'settings.cluster.save': ['Save', '保存'],
} satisfies Record<string, Pair>
