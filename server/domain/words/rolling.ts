import type { Pair, ProblemWords } from './words'

/** What speaks against taking instances down one after another, or must be consented to. */
export const rollingProblems = {
  'rolling.masters-out': {
    message: [
      'With {masters} dm-master there is no other to take over: DM-master answers nothing for about {seconds} s.',
      '只有 {masters} 个 dm-master，无法切换：DM-master 约 {seconds} 秒不可用。',
    ],
    hint: [
      'Replication goes on meanwhile if it is shorter than a minute. Scale out to three masters to avoid it.',
      '若不超过一分钟，同步会继续。扩容到三个 master 可避免。',
    ],
  },
  'rolling.no-quorum': {
    message: [
      '{alive} of {masters} dm-masters are up; without one more there is no majority ({quorum}).',
      '{masters} 个 dm-master 中 {alive} 个在线；再少一个将失去多数（{quorum}）。',
    ],
    hint: [
      'Start the master that is down first, or choose it too: it is then started first.',
      '请先启动离线的 master，或一并选中它，它会先被启动。',
    ],
  },
  'rolling.members-unknown': {
    message: ['The masters run, but none of them gives a member list: {reason}.', 'master 在运行，但都没有返回成员列表：{reason}。'],
    hint: ['Look at the masters’ logs; a restart of all at once may be the way out.', '请查看 master 日志；可能需要全部同时重启。'],
  },
  'rolling.bindings-unknown': {
    message: [
      'Which sources the workers hold is not known: {reason}. Their replication pauses while they restart.',
      '无法得知 worker 绑定了哪些上游：{reason}。重启期间其同步会暂停。',
    ],
    hint: ['Go on only if a pause of every source is acceptable.', '仅在可以接受所有上游暂停时继续。'],
  },
  'rolling.sources-pause-unknown': {
    message: [
      'Whether sources use relay is not known, so that they stay: replication of {sources} pauses for about {seconds} s each.',
      '无法得知上游是否启用 relay，因此不迁移：{sources} 的同步各暂停约 {seconds} 秒。',
    ],
    hint: ['Their position is kept; they go on from there.', '位点会保留，之后从该处继续。'],
  },
  'rolling.sources-pause-no-free-worker': {
    message: [
      'No worker is free: replication of {sources} pauses for about {seconds} s each.',
      '没有空闲 worker：{sources} 的同步各暂停约 {seconds} 秒。',
    ],
    hint: [
      'Scale out one more dm-worker to avoid it, or go on: they continue from their position.',
      '可扩容一个 dm-worker 以避免；或继续，之后从原位点恢复。',
    ],
  },
  'rolling.sources-pause-relay': {
    message: [
      'Relay is on, so that sources stay with their workers: replication of {sources} pauses for about {seconds} s each.',
      '已启用 relay，上游不迁移：{sources} 的同步各暂停约 {seconds} 秒。',
    ],
    hint: ['They continue from their position.', '之后从原位点继续。'],
  },
  'rolling.sources-pause-no-dmctl': {
    message: [
      'The store has no dmctl of this version, so that no source can be moved: replication of {sources} pauses for about {seconds} s each.',
      '没有该版本的 dmctl 安装包，无法迁移上游：{sources} 的同步各暂停约 {seconds} 秒。',
    ],
    hint: ['Fetch dmctl on the page Packages to avoid it.', '在“安装包”页面获取 dmctl 可避免。'],
  },
  'rolling.tasks-unknown': {
    message: [
      'The state of the tasks is not known: {reason}. No gate can compare with it.',
      '任务状态未知：{reason}。无法在步骤后进行比较。',
    ],
    hint: ['Fetch dmctl of the cluster’s version on the page Packages, then look again.', '请在“安装包”页面获取对应版本的 dmctl 后重试。'],
  },
  'rolling.loading': {
    message: [
      '{count} task(s) are in a full dump or load: {tasks}. A restart makes it begin again.',
      '{count} 个任务正在全量导出或导入：{tasks}。重启会使其重新开始。',
    ],
    hint: ['Wait until it is done, or waive this with a reason.', '请等待完成，或填写理由后忽略。'],
  },
  'rolling.tasks-paused': {
    message: ['{count} task(s) are not running now: {tasks}.', '{count} 个任务当前未运行：{tasks}。'],
    hint: ['They stay as they are; nothing is resumed.', '它们将保持原状，不会被恢复。'],
  },
  'rolling.ddl-locks': {
    message: ['Shard DDL locks are open: {tasks}.', '存在未解决的分库分表 DDL 锁：{tasks}。'],
    hint: ['Better resolve them first.', '建议先解决。'],
  },
} satisfies Record<string, ProblemWords>

const names: Readonly<Record<string, Pair>> = {
  'dm-master': ['dm-masters, one after another', 'dm-master，逐个进行'],
  'dm-worker': ['dm-workers, one after another', 'dm-worker，逐个进行'],
  prometheus: ['Prometheus', 'Prometheus'],
  grafana: ['Grafana', 'Grafana'],
  alertmanager: ['Alertmanager', 'Alertmanager'],
  monitors: ['Monitors and exporters, side by side', '监控组件和 exporter，同时进行'],
  node_exporter: ['Node exporters', 'node_exporter'],
  blackbox_exporter: ['Blackbox exporters', 'blackbox_exporter'],
}

export const rollingWords: Record<string, Pair> = {
  'plan.check': ['Check what was reviewed', '核对评审时的状态'],
  'plan.stage': ['Bring packages to the hosts', '分发安装包'],
  ...Object.fromEntries(Object.entries(names).map(([component, pair]) => [`plan.roll-${component}`, pair])),
}
