import type { Pair, ProblemWords } from './words'

/** Problems of operations: the preflight of a deploy, selections, start, stop, removal. */
export const operationProblems = {
  'preflight.reach': {
    message: ['{host} did not answer.', '{host} 没有应答。'],
    hint: ['Check that it is up, its SSH port, and the credential; then look again.', '请检查主机是否在线、SSH 端口和凭据，然后重试。'],
  },
  'preflight.root': {
    message: ['On {host} root can not be had: {seen}.', '在 {host} 上无法获得 root 权限：{seen}。'],
    hint: [
      'Log in as root, or as a user with sudo; give the sudo password if it wants one.',
      '请以 root 或有 sudo 权限的用户登录；若 sudo 需要密码，请提供。',
    ],
  },
  'preflight.platform': {
    message: ['{host} is {seen}, but the topology says {expected}.', '{host} 的平台是 {seen}，而拓扑中为 {expected}。'],
    hint: ['Correct os and arch in the topology, or leave them out.', '请修正拓扑中的 os 和 arch，或不填写。'],
  },
  'preflight.systemd': {
    message: ['{host} is not run by systemd ({seen}).', '{host} 不是由 systemd 管理（{seen}）。'],
    hint: ['Use a host with systemd; most containers have none.', '请使用带 systemd 的主机；多数容器没有。'],
  },
  'preflight.commands': {
    message: ['{host} lacks {missing}.', '{host} 缺少 {missing}。'],
    hint: ['Install these programs from the host’s distribution.', '请用主机的发行版安装这些程序。'],
  },
  'preflight.numactl': {
    message: ['The topology asks for a NUMA node, but {host} has no numactl.', '拓扑要求绑定 NUMA 节点，但 {host} 没有 numactl。'],
    hint: ['Install numactl there, or remove numa_node.', '请安装 numactl，或删除 numa_node。'],
  },
  'preflight.package': {
    message: ['No package of {package} for {host}.', '没有适用于 {host} 的安装包 {package}。'],
    hint: ['Upload it or fetch it from a mirror on the page Packages.', '请在“安装包”页面上传，或从镜像获取。'],
  },
  'preflight.package-layout': {
    message: [
      'The package {package} has its program at {seen}, not at {expected}.',
      '安装包 {package} 的程序位于 {seen}，而不是 {expected}。',
    ],
    hint: ['Pack it as TiUP does, or fetch it from a mirror.', '请按 TiUP 的方式打包，或从镜像获取。'],
  },
  'preflight.unknown': {
    message: ['On {host} this could not be checked: {expected}.', '在 {host} 上无法检查：{expected}。'],
    hint: ['Run the checks again; if it stays so, look at the host yourself.', '请重新运行检查；若仍如此，请自行查看该主机。'],
  },
  'preflight.port': {
    message: [
      'Port {port} on {host} is taken by {who}; {component} wants it.',
      '{host} 的端口 {port} 被 {who} 占用，而 {component} 需要它。',
    ],
    hint: ['Stop that program, or choose another port.', '请停止该程序，或更换端口。'],
  },
  'preflight.directory': {
    message: ['{path} on {host} is in use: {seen}.', '{host} 上的 {path} 已被使用：{seen}。'],
    hint: ['Choose another directory, or empty this one after looking at what is in it.', '请更换目录，或确认内容后清空该目录。'],
  },
  'preflight.disk': {
    message: [
      '{path} on {host} has too little room: {seen}, wanted {mib} MiB.',
      '{host} 上 {path} 的可用空间不足：{seen}，需要 {mib} MiB。',
    ],
    hint: ['Free space there, or choose a directory on a larger disk.', '请清理空间，或选择更大磁盘上的目录。'],
  },
  'preflight.memory': {
    message: ['{host} has {seen} of memory; {expected} are advised for what runs there.', '{host} 的内存为 {seen}；建议 {expected}。'],
    hint: ['Spread the instances over more hosts, or add memory.', '请将实例分散到更多主机，或增加内存。'],
  },
  'preflight.open-files': {
    message: ['{host} allows only {seen} open files.', '{host} 仅允许打开 {seen} 个文件。'],
    hint: ['Raise the hard limit; units set their own, other programs don’t.', '请提高硬限制；服务单元会自行设置，其他程序不会。'],
  },
  'preflight.clock': {
    message: ['The clock of {host} differs by {skew} s from the other hosts.', '{host} 的时钟与其他主机相差 {skew} 秒。'],
    hint: ['Run a time service such as chrony on all hosts.', '请在所有主机上运行 chrony 等时间同步服务。'],
  },
  'preflight.network': {
    message: ['{host} gets no answer from {target} ({what}).', '{host} 无法连通 {target}（{what}）。'],
    hint: [
      'Open the port in the firewalls between them; a refused connection would be fine.',
      '请在两者之间的防火墙开放该端口；连接被拒绝属正常。',
    ],
  },
  'preflight.rules': {
    message: [
      'The dm-master package has no alert rules; Prometheus on {host} will have none.',
      'dm-master 安装包中没有告警规则，{host} 上的 Prometheus 将没有规则。',
    ],
    hint: ['Use a complete package, or set rule_dir.', '请使用完整的安装包，或设置 rule_dir。'],
  },
  'select.unknown-role': {
    message: ['There is no role {role}.', '没有角色 {role}。'],
    hint: ['Roles are {known}.', '可用角色：{known}。'],
  },
  'select.unknown-node': {
    message: ['The cluster has no node {node}.', '集群中没有节点 {node}。'],
    hint: ['Write the ID as the cluster page shows it, host:port.', '请按集群页面所示填写 ID，即 主机:端口。'],
  },
  'select.unsupported': {
    message: ['This cluster has {what}, which the panel can watch but not operate yet.', '该集群使用 {what}，面板目前只能查看，不能操作。'],
    hint: ['Use tiup for this act.', '请使用 tiup 执行该操作。'],
  },
  'select.nothing': {
    message: ['No node is selected by roles [{roles}] and nodes [{nodes}].', '角色 [{roles}] 与节点 [{nodes}] 没有选中任何节点。'],
    hint: ['A node must have one of the roles; leave one of the two out.', '节点必须属于所选角色；请去掉其中一个条件。'],
  },
  'start.below-quorum': {
    message: [
      'Only {running} of {masters} dm-masters would run; a quorum needs {quorum}.',
      '{masters} 个 dm-master 中只有 {running} 个会运行，法定人数为 {quorum}。',
    ],
    hint: [
      'Select more dm-masters: without a quorum they stop again after ten seconds.',
      '请选择更多 dm-master：没有法定人数时，它们十秒后会再次退出。',
    ],
  },
  'start.unit-missing': {
    message: ['{unit} of {instance} is not on {host}.', '{host} 上没有 {instance} 的 {unit}。'],
    hint: ['The deploy of this instance is not complete; finish it first.', '该实例的部署未完成，请先完成部署。'],
  },
  'stop.no-master-left': {
    message: [
      'No dm-master will run; all replication and the management of the cluster stop.',
      '将没有 dm-master 运行，所有复制和集群管理都会停止。',
    ],
    hint: ['Go on if this outage is meant.', '如果确实需要停机，请继续。'],
  },
  'stop.quorum-lost': {
    message: [
      '{after} of {masters} dm-masters would stay, fewer than the quorum of {quorum}: the cluster can not be managed and workers lose their leases.',
      '{masters} 个 dm-master 中只剩 {after} 个，低于法定人数 {quorum}：集群将无法管理，worker 会失去租约。',
    ],
    hint: ['Stop fewer dm-masters, or all of them if an outage is meant.', '请少停一些 dm-master；若确需停机，则全部停止。'],
  },
  'stop.replication-stops': {
    message: ['Replication of {count} sources stops or moves: {sources}.', '{count} 个数据源的复制将停止或迁移：{sources}。'],
    hint: ['Go on if this is meant; they continue after the start.', '如果确实需要，请继续；启动后会恢复。'],
  },
  'stop.bindings-unknown': {
    message: ['It is not known which sources the workers serve: {reason}', '无法得知 worker 正在服务哪些数据源：{reason}'],
    hint: ['Look at the dm-masters first, or go on if replication may stop.', '请先检查 dm-master；若可以停止复制，则继续。'],
  },
  'remove-deploy.no-plan': {
    message: ['There is no deploy of {cluster} to undo.', '没有可撤销的 {cluster} 部署。'],
    hint: ['Only a deploy that this panel began can be removed this way.', '只能撤销由本面板发起的部署。'],
  },
  'remove-deploy.unit-runs': {
    message: ['{unit} runs on {host}; it will be stopped and removed.', '{host} 上的 {unit} 正在运行，它将被停止并删除。'],
    hint: ['Go on only if nothing needs it.', '仅在确认不再需要时继续。'],
  },
} satisfies Record<string, ProblemWords>

/** Titles of phases and of preflight rows. A row's remedy is its problem's hint. */
export const operationWords = {
  'plan.prepare-hosts': ['Prepare hosts', '准备主机'],
  'plan.install': ['Deploy', '部署'],
  'plan.enable': ['Start at boot', '设置开机自启'],
  'plan.record': ['Record the result', '记录结果'],
  'plan.remove': ['Remove what was deployed', '移除已部署的内容'],
  'plan.evict-masters': ['Masters give up leadership', '所有 master 放弃 leader 身份'],
  'plan.start-dm-master': ['Start dm-masters', '启动 dm-master'],
  'plan.start-dm-worker': ['Start dm-workers', '启动 dm-worker'],
  'plan.start-prometheus': ['Start Prometheus', '启动 Prometheus'],
  'plan.start-grafana': ['Start Grafana', '启动 Grafana'],
  'plan.start-alertmanager': ['Start Alertmanager', '启动 Alertmanager'],
  'plan.start-node_exporter': ['Start node exporters', '启动 node_exporter'],
  'plan.start-blackbox_exporter': ['Start blackbox exporters', '启动 blackbox_exporter'],
  'plan.stop-dm-master': ['Stop dm-masters', '停止 dm-master'],
  'plan.stop-dm-worker': ['Stop dm-workers', '停止 dm-worker'],
  'plan.stop-prometheus': ['Stop Prometheus', '停止 Prometheus'],
  'plan.stop-grafana': ['Stop Grafana', '停止 Grafana'],
  'plan.stop-alertmanager': ['Stop Alertmanager', '停止 Alertmanager'],
  'plan.stop-node_exporter': ['Stop node exporters', '停止 node_exporter'],
  'plan.stop-blackbox_exporter': ['Stop blackbox exporters', '停止 blackbox_exporter'],
  'preflight.reach.title': ['Login', '登录'],
  'preflight.root.title': ['Root', 'root 权限'],
  'preflight.platform.title': ['Platform', '平台'],
  'preflight.systemd.title': ['systemd', 'systemd'],
  'preflight.commands.title': ['Programs', '所需程序'],
  'preflight.numactl.title': ['numactl', 'numactl'],
  'preflight.package.title': ['Package of {package}', '安装包 {package}'],
  'preflight.package-layout.title': ['Layout of {package}', '{package} 的目录结构'],
  'preflight.port.title': ['Port {port}', '端口 {port}'],
  'preflight.directory.title': ['Directory {path}', '目录 {path}'],
  'preflight.disk.title': ['Disk of {path}', '{path} 的磁盘空间'],
  'preflight.memory.title': ['Memory', '内存'],
  'preflight.open-files.title': ['Open files', '打开文件数'],
  'preflight.clock.title': ['Clock', '时钟'],
  'preflight.network.title': ['{host} to {target} ({what})', '{host} 到 {target}（{what}）'],
  'preflight.rules.title': ['Alert rules', '告警规则'],
} satisfies Record<string, Pair>
