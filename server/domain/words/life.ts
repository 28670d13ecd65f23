import type { Pair, ProblemWords } from './words'

/** enable, disable, clean, destroy, rename. */
export const lifeProblems = {
  'boot.no-master': {
    message: [
      'No dm-master ({masters}) will start when its host boots: after a power cut the cluster stays down.',
      '主机启动时 {masters} 个 dm-master 均不会自动启动：断电后集群将保持停机。',
    ],
    hint: [
      'Go on if somebody starts it by hand then; what runs now goes on running.',
      '若会有人手动启动，请继续；当前运行的实例不受影响。',
    ],
  },
  'clean.deletes': {
    message: ['{count} folders are emptied or lose their logs: {size}.', '将清空 {count} 个目录或删除其中的日志，共 {size}。'],
    hint: ['Each is listed with its path; nothing brings them back.', '每个目录及路径均已列出；删除后无法恢复。'],
  },
  'clean.nothing': {
    message: ['The folders that were chosen are empty already.', '所选目录已为空。'],
    hint: ['The cluster is only stopped.', '仅会停止集群。'],
  },
  'clean.stops': {
    message: ['The whole cluster stops first, and stays stopped.', '将先停止整个集群，之后保持停止。'],
    hint: ['Start it afterwards when it should run.', '如需运行，请在之后启动。'],
  },
  'clean.metadata': {
    message: [
      'DM forgets its sources and tasks ({sources}): they lie in the masters’ data.',
      'DM 将丢失上游与任务信息（{sources}）：它们保存在 master 的数据中。',
    ],
    hint: [
      'Export them first if they are wanted again. Checkpoints in the downstream stay.',
      '如需保留，请先导出。下游的断点信息不受影响。',
    ],
  },
  'clean.some-masters': {
    message: [
      'Data of all dm-masters goes, or of none: {left} would keep theirs.',
      '要么清理全部 dm-master 的数据，要么都不清理：{left} 会保留数据。',
    ],
    hint: [
      'A master without its data can’t come back among others that have theirs. Scale it in and out again instead.',
      '失去数据的 master 无法重新加入其余 master。请改用缩容再扩容。',
    ],
  },
  'clean.linked': {
    message: ['{path} on {host} lies behind a link, at {real}.', '{host} 上的 {path} 经由链接指向 {real}。'],
    hint: [
      'Nothing is deleted through links. Name the real path in the topology, or clean it by hand.',
      '不会通过链接删除内容。请在拓扑中使用真实路径，或手动清理。',
    ],
  },
  'clean.holds-others': {
    message: ['{path} on {host} holds {other}, which must stay.', '{host} 上的 {path} 包含需要保留的 {other}。'],
    hint: ['Leave its node out, and clean that folder by hand.', '请排除该节点，并手动清理该目录。'],
  },
  'destroy.data': {
    message: ['{count} folders are deleted with all that is in them: {size}.', '将删除 {count} 个目录及其全部内容，共 {size}。'],
    hint: ['Each is listed with its path; nothing brings them back.', '每个目录及路径均已列出；删除后无法恢复。'],
  },
  'destroy.replication-ends': {
    message: ['Replication of {count} sources ends: {sources}.', '{count} 个数据源的复制将终止：{sources}。'],
    hint: [
      'Upstream and downstream stay as they are, with DM’s checkpoints in the downstream (dm_meta).',
      '上游与下游保持不变，下游中的 DM 断点（dm_meta）也会保留。',
    ],
  },
  'destroy.retained': {
    message: ['The data of {instance} stays on {host}: {path}.', '{instance} 的数据保留在 {host}：{path}。'],
    hint: ['It is yours to delete afterwards.', '之后由您自行删除。'],
  },
  'destroy.linked': {
    message: ['{path} on {host} lies behind a link, at {real}: it stays.', '{host} 上的 {path} 经由链接指向 {real}，将保留。'],
    hint: ['Nothing is deleted through links; delete it by hand.', '不会通过链接删除内容，请手动删除。'],
  },
  'destroy.left-behind': {
    message: [
      '{host} does not answer; on it stay units {units}, folders {paths}, account {account}.',
      '{host} 无应答；其上会保留单元 {units}、目录 {paths}、账号 {account}。',
    ],
    hint: [
      'If it comes back, its units start by themselves: keep it off, or clean it by hand.',
      '若主机恢复，其单元会自行启动：请保持关机或手动清理。',
    ],
  },
  'destroy.account-stays': {
    message: [
      'The account {user} and its sudo stay on {host}; only the panel’s key goes.',
      '{host} 上保留账号 {user} 及其 sudo，仅移除面板密钥。',
    ],
    hint: [
      'Choose a login of the hosts to have them removed too: an account can’t delete itself.',
      '如需一并移除，请选择这些主机的登录凭据：账号无法删除自身。',
    ],
  },
  'destroy.account-kept': {
    message: ['The account {user} and its sudo stay on {host}, as was asked.', '按要求，{host} 上保留账号 {user} 及其 sudo。'],
    hint: ['The panel’s key goes.', '面板密钥会被移除。'],
  },
  'destroy.account-shared': {
    message: [
      'The account {user} stays on {host}: other services run as it ({units}).',
      '{host} 上保留账号 {user}：其他服务以其身份运行（{units}）。',
    ],
    hint: ['The panel’s key of this cluster goes.', '该集群的面板密钥会被移除。'],
  },
  'destroy.unfinished': {
    message: ['The deploy of {cluster} has not ended well.', '{cluster} 的部署未成功完成。'],
    hint: ['Remove what it made instead; that knows each path.', '请改用“移除部署产生的内容”，其中记录了每个路径。'],
  },
  'rename.same': {
    message: ['{name} is its name already.', '集群名称已是 {name}。'],
    hint: ['Choose another name.', '请选择其他名称。'],
  },
  'rename.taken': {
    message: ['The name {name} is taken: {why}.', '名称 {name} 已被占用：{why}。'],
    hint: ['Choose another name.', '请选择其他名称。'],
  },
  'rename.upgrade-open': {
    message: ['An upgrade is not final yet; its way back is written under the present name.', '有升级尚未确认，其回退信息以当前名称保存。'],
    hint: ['Finalise it or roll it back first.', '请先确认或回滚升级。'],
  },
  'rename.labels': {
    message: [
      'Prometheus and Grafana restart; from then on metrics carry cluster={name}.',
      'Prometheus 与 Grafana 将重启；之后指标带有 cluster={name}。',
    ],
    hint: [
      'Metrics of before keep the former name; alerts and dashboards of your own that name it must follow.',
      '此前的指标保留原名称；自定义的告警与面板需要随之修改。',
    ],
  },
  'rename.texts-unknown': {
    message: [
      'The store has no dm-master package of {version}: rules and dashboards that come with it keep the former name.',
      '没有 {version} 的 dm-master 安装包：随附的规则与面板会保留原名称。',
    ],
    hint: ['Fetch it on the page Packages first.', '请先在“安装包”页面获取。'],
  },
  'rename.monitor-down': {
    message: ['{instance} does not run: it reads the new name at its next start.', '{instance} 未运行：下次启动时读取新名称。'],
    hint: ['Nothing has to be done.', '无需处理。'],
  },
} satisfies Record<string, ProblemWords>

export const lifeWords = {
  'plan.enable-units': ['Units start at boot', '设置开机自启'],
  'plan.disable-units': ['Units no longer start at boot', '取消开机自启'],
  'plan.clean': ['Delete data and logs', '删除数据与日志'],
  'plan.destroy': ['Delete units, folders and packages', '删除单元、目录与安装包'],
  'plan.rename': ['Write the new name where the old one is', '写入新的集群名称'],
  'step.recorded-cluster-renamed': ['Record the cluster as {to}', '记录集群名称为 {to}'],
} satisfies Record<string, Pair>
