import type { OperationName } from '../plan'
import type { Pair } from './words'

/**
 * What an operation is for, how it is undone, and the equal line of `tiup` ('': it has none). `problems`: the beginnings of the codes of
 * what may be said against its plan; those of hosts and steps are common to all.
 */
export type OperationHelp = { does: Pair; undo: Pair; line: string; problems: readonly string[] }

const rolling: readonly string[] = ['select', 'rolling']
const nothing: Pair = ['Nothing has to be undone.', '无需撤销。']

export const operationHelp: Readonly<Record<OperationName, OperationHelp>> = {
  deploy: {
    does: [
      'Prepares the hosts (deploy user, its key, folders) and installs every instance of a new cluster. Nothing is started.',
      '准备主机（部署用户、密钥、目录）并安装新集群的所有实例，但不启动。',
    ],
    undo: ['Remove what the deploy made, or destroy the cluster.', '移除部署产生的内容，或销毁集群。'],
    line: 'tiup dm deploy CLUSTER VERSION topology.yaml',
    problems: ['topology', 'preflight'],
  },
  start: {
    does: [
      'Starts instances: masters, then workers, then monitors, each behind a gate that asks DM.',
      '依次启动 master、worker 和监控，每一步都向 DM 确认健康。',
    ],
    undo: ['Stop.', '停止。'],
    line: 'tiup dm start CLUSTER [-N NODE] [-R ROLE]',
    problems: ['select', 'start'],
  },
  stop: {
    does: [
      'Stops instances in the reverse order; replication of their sources stands until the next start.',
      '按相反顺序停止实例；其数据源的复制暂停，直到再次启动。',
    ],
    undo: ['Start.', '启动。'],
    line: 'tiup dm stop CLUSTER [-N NODE] [-R ROLE]',
    problems: ['select', 'stop'],
  },
  restart: {
    does: [
      'Restarts instances one after another: the leader last, sources moved to a free worker before theirs stops, a gate after each.',
      '逐个重启实例：leader 最后，数据源先转移到空闲 worker，每个实例之后确认健康。',
    ],
    undo: nothing,
    line: 'tiup dm restart CLUSTER [-N NODE] [-R ROLE]',
    problems: rolling,
  },
  reload: {
    does: [
      'Writes configuration files that differ, and restarts the instances whose files change.',
      '写入有差异的配置文件，并重启相应实例。',
    ],
    undo: ['Revert to the former revision and reload.', '恢复到之前的修订并重新加载。'],
    line: 'tiup dm reload CLUSTER [-N NODE] [-R ROLE] [--skip-restart]',
    problems: [...rolling, 'reload'],
  },
  patch: {
    does: ['Puts a hotfix package on instances, one after another, and notes it in the ledger.', '逐个在实例上安装热修复包，并记入台账。'],
    undo: ['Patch with the former program, which the ledger knows.', '用台账记录的先前程序再次打补丁。'],
    line: 'tiup dm patch CLUSTER PACKAGE (-N NODE | -R ROLE) [--overwrite] [--offline]',
    problems: [...rolling, 'patch', 'hotfix'],
  },
  'scale-out': {
    does: ['Installs new instances and lets them join, masters one at a time.', '安装新实例并加入集群，master 逐个加入。'],
    undo: ['Scale in the new instances.', '缩容新实例。'],
    line: 'tiup dm scale-out CLUSTER scale.yaml',
    problems: ['topology', 'scale-out', 'scale', 'preflight'],
  },
  'scale-in': {
    does: [
      'Takes instances out of DM, stops them and removes what they own; one master per plan.',
      '将实例移出 DM、停止并删除其文件；每个计划只移出一个 master。',
    ],
    undo: ['Scale out again; the data of a removed instance is gone.', '再次扩容；被移除实例的数据不可恢复。'],
    line: 'tiup dm scale-in CLUSTER -N NODE [--force]',
    problems: ['select', 'scale-in', 'scale'],
  },
  prune: {
    does: ['Removes registrations in DM of members that are gone.', '清除 DM 中已不存在成员的注册信息。'],
    undo: ['Scale out again what should be there.', '重新扩容需要的实例。'],
    line: 'tiup dm prune CLUSTER',
    problems: ['prune'],
  },
  upgrade: {
    does: [
      'Exports sources and tasks, stages the new version everywhere, then brings instance after instance to it.',
      '先导出数据源与任务，在各处准备好新版本，再逐个升级实例。',
    ],
    undo: [
      'Roll back until a master of the new version has led; a redeploy of the former version after that.',
      '在新版本 master 成为 leader 之前可回滚；之后需重新部署旧版本。',
    ],
    line: 'tiup dm upgrade CLUSTER VERSION [--offline]',
    problems: [...rolling, 'upgrade'],
  },
  rollback: {
    does: ['Brings upgraded instances back to the former programs.', '将已升级的实例恢复为先前的程序。'],
    undo: ['Upgrade again.', '再次升级。'],
    line: '',
    problems: [...rolling, 'rollback'],
  },
  redeploy: {
    does: [
      'Stops DM, installs the former version into folders beside the present ones and imports the exported sources and tasks.',
      '停止 DM，在旁边的目录中安装旧版本，并导入此前导出的数据源与任务。',
    ],
    undo: [
      'None by itself: what was there is exported first, and the new version’s folders stay until finalise.',
      '无法直接撤销：会先导出现状，新版本目录保留至确认升级。',
    ],
    line: '',
    problems: ['redeploy', 'upgrade'],
  },
  finalise: {
    does: ['Ends an upgrade: the way back closes and what was kept for it is removed.', '结束升级：不再能回退，并清理为此保留的内容。'],
    undo: ['None.', '无法撤销。'],
    line: '',
    problems: ['finalise', 'upgrade'],
  },
  enable: {
    does: ['Lets instances start when their host boots.', '使实例随主机启动。'],
    undo: ['Disable.', '禁用开机自启。'],
    line: 'tiup dm enable CLUSTER [-N NODE] [-R ROLE]',
    problems: ['select', 'boot'],
  },
  disable: {
    does: ['Instances no longer start when their host boots; running ones go on.', '实例不再随主机启动；运行中的不受影响。'],
    undo: ['Enable.', '启用开机自启。'],
    line: 'tiup dm disable CLUSTER [-N NODE] [-R ROLE]',
    problems: ['select', 'boot'],
  },
  clean: {
    does: ['Empties data or log folders of stopped instances, never through a link.', '清空已停止实例的数据或日志目录，不会跟随链接。'],
    undo: ['None: what is deleted is gone.', '无法撤销：删除后不可恢复。'],
    line: '',
    problems: ['select', 'clean'],
  },
  destroy: {
    does: [
      'Stops the cluster and removes all that is its own from the hosts; chosen data may be retained.',
      '停止集群并从主机删除其全部内容；可保留选定数据。',
    ],
    undo: ['None: what is deleted is gone.', '无法撤销：删除后不可恢复。'],
    line: 'tiup dm destroy CLUSTER [--retain-node-data NODE] [--retain-role-data ROLE]',
    problems: ['destroy'],
  },
  rename: {
    does: [
      'Gives the cluster another name in the panel, Prometheus and Grafana; DM does not notice.',
      '在面板、Prometheus 与 Grafana 中修改集群名称；DM 不受影响。',
    ],
    undo: ['Rename it back.', '改回原名。'],
    line: '',
    problems: ['rename'],
  },
  manage: {
    does: ['Makes an adopted cluster one that the panel manages.', '将只读接管的集群改为由面板管理。'],
    undo: ['Hand it back to tiup.', '交还给 tiup。'],
    line: '',
    problems: ['manage'],
  },
  exec: {
    does: ['Runs a command once on each chosen host; never again by itself.', '在选定主机上各执行一次命令，绝不自动重复。'],
    undo: ['As the command itself allows.', '取决于命令本身。'],
    line: "tiup dm exec CLUSTER [-N HOST] [-R ROLE] [--sudo] --command 'COMMAND'",
    problems: ['exec'],
  },
  dmctl: {
    does: [
      'Runs dmctl of the cluster’s version on one of its hosts, as the deploy user.',
      '在集群主机上以部署用户身份运行对应版本的 dmctl。',
    ],
    undo: ['As the command itself allows.', '取决于命令本身。'],
    line: 'tiup dmctl --master-addr HOST:PORT COMMAND',
    problems: ['dmctl'],
  },
  push: {
    does: ['Copies a file to chosen hosts and checks its sum there.', '将文件复制到选定主机并校验。'],
    undo: ['Push the former file; one that was replaced is gone unless it was kept.', '推送先前的文件；未保留的原文件不可恢复。'],
    line: 'dm-panel push CLUSTER FILE PATH [-N HOST:PORT] [-R ROLE] [--sudo]',
    problems: ['push'],
  },
  pull: {
    does: ['Copies a file from chosen hosts into the panel, for download.', '将选定主机上的文件复制到面板供下载。'],
    undo: nothing,
    line: 'dm-panel pull CLUSTER PATH [-N HOST:PORT] [-R ROLE] [--sudo]',
    problems: ['pull'],
  },
  'rotate-ssh': {
    does: [
      'Gives the deploy user a new key: proven on every host before the old one is taken away.',
      '更换部署用户的密钥：新密钥在所有主机验证后才移除旧密钥。',
    ],
    undo: ['Rotate again; the old key is not kept on the hosts.', '再次轮换；旧密钥不会保留在主机上。'],
    line: 'tiup dm rotatessh CLUSTER',
    problems: ['rotate'],
  },
  'remove-deploy': {
    does: ['Removes exactly what a deploy that did not end well has made.', '准确移除未成功的部署所产生的内容。'],
    undo: ['Deploy again.', '重新部署。'],
    line: '',
    problems: ['deploy'],
  },
}

export const uiHelpWords = {
  'nav.help': ['Help', '帮助'],
  'help.title': ['Operations', '操作'],
  'help.about': ['About this operation', '关于此操作'],
  'help.does': ['What it does', '作用'],
  'help.undo': ['How it is undone', '如何撤销'],
  'help.line': ['Equal line', '等价命令'],
  'help.no-line': ['tiup dm has no such command.', 'tiup dm 没有对应命令。'],
  'help.how': ['How it runs', '执行方式'],
  'help.holds': [
    'Reviewed as a plan before anything runs. It holds the cluster: no other operation runs on it meanwhile.',
    '先以计划形式审阅再执行。执行期间独占集群。',
  ],
  'help.beside': [
    'Reviewed as a plan before anything runs. It runs beside other operations.',
    '先以计划形式审阅再执行。可与其他操作同时进行。',
  ],
  'help.fails': [
    'A step that fails says what was expected and what was seen, and asks: retry, skip with a reason, or give up. A killed panel goes on where it was.',
    '步骤失败时会说明预期与实际情况，并询问：重试、说明原因后跳过或放弃。面板被终止后会从原处继续。',
  ],
  'help.problems': ['What may be said against its plan', '计划可能遇到的问题'],
  'help.unknown': ['There is no operation of this name.', '没有该名称的操作。'],
  'help.all': ['All operations', '所有操作'],
} satisfies Record<string, Pair>
