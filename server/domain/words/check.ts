import type { Pair, ProblemWords } from './words'

/** What the report of a cluster finds amiss. */
export const checkProblems = {
  'check.user': {
    message: ['{host} has no account {user}, as which DM runs.', '{host} 上没有运行 DM 的账户 {user}。'],
    hint: [
      'Somebody removed it. Scale this host in and out again, or make the account as deploy does.',
      '该账户被删除。请缩容再扩容该主机，或按部署方式重新创建账户。',
    ],
  },
  'check.sudoers': {
    message: ['{path} on {host} is not as deploy left it: {seen}.', '{host} 上的 {path} 与部署时不同：{seen}。'],
    hint: [
      'Without it the deploy user has no sudo from the panel. Put it back: mode 0440, owner root.',
      '缺少它时面板的部署用户没有 sudo。请恢复：权限 0440，属主 root。',
    ],
  },
  'check.directory': {
    message: ['{path} on {host} is not a directory of the deploy user: {seen}.', '{host} 上的 {path} 不是部署用户的目录：{seen}。'],
    hint: ['Give it back to the deploy user (chown), or find out who removed it.', '请用 chown 归还给部署用户，或查明是谁删除了它。'],
  },
  'check.room': {
    message: ['{path} on {host} is nearly full: {seen}.', '{host} 上的 {path} 即将写满：{seen}。'],
    hint: [
      'Remove old logs or relay files (clean), or give the file system more room.',
      '请清理旧日志或 relay 文件（clean），或扩大文件系统。',
    ],
  },
  'check.file': {
    message: ['{path} on {host} is not as the panel renders it: {seen}.', '{host} 上的 {path} 与面板渲染的不一致：{seen}。'],
    hint: [
      'Somebody changed it by hand or by tiup. Reload writes the panel’s; to keep the change, bring it into the topology by edit-config first.',
      '有人手工或用 tiup 修改过。reload 会写回面板的版本；若要保留修改，请先用 edit-config 写入拓扑。',
    ],
  },
  'check.applied': {
    message: ['{instance} runs {seen} revision of the configuration.', '{instance} 运行的是{seen}配置版本。'],
    hint: ['Reload brings it in step.', '请执行 reload 使其一致。'],
  },
  'check.unit-loaded': {
    message: ['systemd on {host} does not know {unit}: {seen}.', '{host} 的 systemd 不认识 {unit}：{seen}。'],
    hint: ['Its unit file is gone or broken. Reload writes it again.', '单元文件缺失或损坏。reload 会重新写入。'],
  },
  'check.unit-active': {
    message: ['{unit} on {host} does not run: {seen}.', '{host} 上的 {unit} 未在运行：{seen}。'],
    hint: ['Start it, or read the tail of its log to see why it ended.', '请启动它，或查看日志末尾了解原因。'],
  },
  'check.unit-enabled': {
    message: ['{unit} on {host} would not come back after a reboot: {seen}.', '{host} 重启后 {unit} 不会自动启动：{seen}。'],
    hint: ['Enable it, unless that is what you want.', '若非有意为之，请执行 enable。'],
  },
  'check.unit-read': {
    message: ['The unit file of {unit} on {host} changed after systemd read it.', '{host} 上 {unit} 的单元文件在 systemd 读取后被修改。'],
    hint: [
      'Find out who changed it; then systemctl daemon-reload, or a reload by the panel.',
      '请查明修改者，然后执行 systemctl daemon-reload，或用面板 reload。',
    ],
  },
  'check.unit-restarts': {
    message: ['systemd had to start {unit} on {host} again {seen} times.', 'systemd 已重启 {host} 上的 {unit} {seen} 次。'],
    hint: [
      'It died by itself. Read its log; the count begins anew when it is restarted.',
      '进程曾自行退出。请查看日志；重新启动后计数清零。',
    ],
  },
  'check.port': {
    message: ['Port {port} on {host} is held by {seen}, not by {expected}.', '{host} 的端口 {port} 由 {seen} 占用，而不是 {expected}。'],
    hint: [
      'If nobody listens, look at the instance’s log; if another program does, stop it.',
      '若无人监听，请查看实例日志；若被其他程序占用，请停止它。',
    ],
  },
  'check.answers': {
    message: ['{instance} runs but does not answer as it should.', '{instance} 在运行，但应答不正常。'],
    hint: ['Look at its log.', '请查看它的日志。'],
  },
  'check.leader': {
    message: ['No dm-master leads: {seen}.', '没有 dm-master 是 leader：{seen}。'],
    hint: [
      'Start the masters until a majority runs; an election takes up to a minute.',
      '请启动 dm-master 直至多数在运行；选举最长需一分钟。',
    ],
  },
  'check.master-count': {
    message: ['The cluster has {seen} dm-masters.', '集群有 {seen} 个 dm-master。'],
    hint: [
      'Three, five or seven can lose one without an outage; an even number gains nothing.',
      '三、五或七个可以容忍故障；偶数没有额外好处。',
    ],
  },
  'check.quorum-spare': {
    message: ['If one more dm-master fails, DM has no majority: {seen}.', '再有一个 dm-master 故障，DM 就失去多数：{seen}。'],
    hint: ['Bring the ones that are down back, or scale out.', '请恢复已停止的 dm-master，或扩容。'],
  },
  'check.registered': {
    message: ['DM does not know {instance} ({expected}).', 'DM 不认识 {instance}（{expected}）。'],
    hint: [
      'It never joined, or was taken out. Look at its log; scale it in and out again if it stays so.',
      '它从未加入或已被移除。请查看日志；若一直如此，请缩容后再扩容。',
    ],
  },
  'check.alive': {
    message: ['The other masters do not see {instance} alive.', '其他 dm-master 看不到 {instance} 存活。'],
    hint: ['Is it started, and do its peers reach it on its peer port?', '它是否已启动，其他成员能否访问其 peer 端口？'],
  },
  'check.healthy': {
    message: ['{instance} says: {seen}.', '{instance} 的回答：{seen}。'],
    hint: ['Look at its log; it may still be joining.', '请查看日志；它可能仍在加入。'],
  },
  'check.online': {
    message: ['For DM {instance} is {seen}.', 'DM 认为 {instance} 处于 {seen}。'],
    hint: ['Start it. A killed worker counts as online until its lease ends.', '请启动它。被杀死的 worker 在租约结束前仍算在线。'],
  },
  'check.free-worker': {
    message: [
      'No dm-worker is free: a source whose worker fails waits until it is back.',
      '没有空闲的 dm-worker：worker 故障时其数据源只能等待。',
    ],
    hint: ['Scale out one dm-worker.', '请扩容一个 dm-worker。'],
  },
  'check.stranger': {
    message: ['DM has {name} registered, which the topology does not know.', 'DM 注册了拓扑中没有的 {name}。'],
    hint: [
      'Left by a scale-in by force, or joined behind the panel’s back. Prune takes it out.',
      '可能是强制缩容遗留，或绕过面板加入。可用 prune 移除。',
    ],
  },
  'check.settled': {
    message: ['{instance} is {seen}: a scale was not finished.', '{instance} 处于 {seen}：扩缩容未完成。'],
    hint: ['Finish the scale, or take the instance away again.', '请完成该扩缩容，或再次移除该实例。'],
  },
  'check.tasks-known': {
    message: ['Nobody could say how the tasks are: {seen}.', '无法得知任务状态：{seen}。'],
    hint: [
      'Bring a dmctl package of the cluster’s version into the store, and see that a master leads.',
      '请将与集群版本一致的 dmctl 安装包放入仓库，并确认有 leader。',
    ],
  },
  'check.source-bound': {
    message: ['No dm-worker serves {source}.', '没有 dm-worker 为 {source} 服务。'],
    hint: ['Start or add a worker; DM binds it by itself.', '请启动或增加 worker；DM 会自动绑定。'],
  },
  'check.task-stage': {
    message: ['Task {task} on {source} is {seen}.', '任务 {task}（{source}）处于 {seen}。'],
    hint: ['If nobody paused it on purpose, read its error and resume it.', '若非有意暂停，请查看错误并恢复任务。'],
  },
  'check.task-error': {
    message: ['Task {task} on {source}: {seen}', '任务 {task}（{source}）：{seen}'],
    hint: ['query-status has DM’s own workaround.', 'query-status 中有 DM 给出的处理方法。'],
  },
  'check.ddl-lock': {
    message: ['Task {task} on {source} waits at a DDL lock: {seen}.', '任务 {task}（{source}）在等待 DDL 锁：{seen}。'],
    hint: [
      'It goes when all shards have sent the DDL. If one never will: show-ddl-locks and unlock-ddl-lock.',
      '所有分片都执行该 DDL 后锁会解除；若某个分片不会执行，请用 show-ddl-locks 和 unlock-ddl-lock。',
    ],
  },
  'check.binary': {
    message: ['The program of {instance} is not what the ledger says: {seen}.', '{instance} 的程序与台账不一致：{seen}。'],
    hint: [
      'Compare on the page Ledger; patch or upgrade puts it right, a restart takes up what lies on the disk.',
      '请在“程序台账”页面比对；patch 或升级可纠正，重启会启用磁盘上的程序。',
    ],
  },
} satisfies Record<string, ProblemWords>

export const checkWords = {
  'check.user.title': ['Account {user}', '账户 {user}'],
  'check.sudoers.title': ['{path}', '{path}'],
  'check.directory.title': ['Directory {path}', '目录 {path}'],
  'check.room.title': ['Free space of {path}', '{path} 的剩余空间'],
  'check.file.title': ['{path}', '{path}'],
  'check.applied.title': ['Configuration of {instance}', '{instance} 的配置'],
  'check.unit-loaded.title': ['Unit {unit}', '单元 {unit}'],
  'check.unit-active.title': ['{unit} runs', '{unit} 正在运行'],
  'check.unit-enabled.title': ['{unit} starts at boot', '{unit} 开机自启'],
  'check.unit-read.title': ['{unit} wants a daemon-reload', '{unit} 需要 daemon-reload'],
  'check.unit-restarts.title': ['Restarts of {unit} by systemd', 'systemd 对 {unit} 的重启次数'],
  'check.port.title': ['Port {port} of {component}', '{component} 的端口 {port}'],
  'check.answers.title': ['{instance} answers', '{instance} 有应答'],
  'check.leader.title': ['DM has a leader', 'DM 有 leader'],
  'check.master-count.title': ['Number of dm-masters', 'dm-master 数量'],
  'check.quorum-spare.title': ['One more dm-master may fail', '还可再容忍一个 dm-master 故障'],
  'check.registered.title': ['{instance} is a member', '{instance} 是成员'],
  'check.alive.title': ['{instance} is alive for the others', '{instance} 对其他成员存活'],
  'check.healthy.title': ['{instance} says that it is healthy', '{instance} 自称健康'],
  'check.online.title': ['{instance} is online', '{instance} 在线'],
  'check.free-worker.title': ['A free dm-worker', '空闲的 dm-worker'],
  'check.stranger.title': ['Member {name}', '成员 {name}'],
  'check.settled.title': ['{instance} is settled', '{instance} 已就绪'],
  'check.tasks-known.title': ['Tasks', '任务'],
  'check.source-bound.title': ['Source {source}', '数据源 {source}'],
  'check.task-stage.title': ['Task {task} on {source}', '任务 {task}（{source}）'],
  'check.task-error.title': ['Errors of {task} on {source}', '{task}（{source}）的错误'],
  'check.ddl-lock.title': ['DDL lock of {task} on {source}', '{task}（{source}）的 DDL 锁'],
  'check.binary.title': ['Program of {instance}', '{instance} 的程序'],
} satisfies Record<string, Pair>
