import type { Pair, ProblemWords } from './words'

/** What speaks against instances joining or leaving a cluster, or must be consented to. */
export const scaleProblems = {
  'scale.not-refreshed': {
    message: ['{host} does not answer: its run scripts keep the former list of members.', '{host} 无应答：其启动脚本仍保留原成员列表。'],
    hint: ['Nothing stops for it. Reload the cluster when the host is back.', '不影响运行；主机恢复后请 reload。'],
  },
  'scale-out.section-ignored': {
    message: ['{section} in this file is ignored: the cluster’s own applies.', '此文件中的 {section} 被忽略，以集群已有设置为准。'],
    hint: ['List new instances only.', '只需列出新实例。'],
  },
  'scale-out.nothing': {
    message: ['The file names no instance.', '文件中没有任何实例。'],
    hint: ['Add a section such as worker_servers with the new hosts.', '请添加 worker_servers 等部分并列出新主机。'],
  },
  'scale-out.package-unknown': {
    message: ['No package {sha256} of {component} is in the store.', '安装包库中没有 {component} 的 {sha256}。'],
    hint: ['Choose one from the list, or leave the choice to the panel.', '请从列表中选择，或由面板决定。'],
  },
  'scale-out.credential': {
    message: ['A login is needed for hosts that are new to the cluster: {hosts}.', '新主机需要登录凭据：{hosts}。'],
    hint: ['Choose a credential with root or sudo on them.', '请选择在这些主机上有 root 或 sudo 权限的凭据。'],
  },
  'scale-out.stopped': {
    message: ['The cluster’s masters do not run; nothing can join.', '集群的 master 未运行，无法加入新实例。'],
    hint: ['Start the cluster first.', '请先启动集群。'],
  },
  'scale-out.members-unknown': {
    message: ['No dm-master gives a member list: {reason}.', '没有 dm-master 返回成员列表：{reason}。'],
    hint: ['Bring the masters back to a majority first.', '请先恢复 master 的多数。'],
  },
  'scale-out.master-down': {
    message: ['DM takes no new master while one is down: {names}.', '有 master 离线时 DM 不接受新 master：{names}。'],
    hint: ['Start it, or remove it by a scale-in, then add the new one.', '请先启动它，或将其缩容，然后再添加。'],
  },
  'scale-out.registered': {
    message: ['DM knows {name} at another address: {address}.', 'DM 中已有 {name}，地址为 {address}。'],
    hint: ['Prune the stale registration first, or choose another name.', '请先清理失效注册，或更换名称。'],
  },
  'scale-out.hotfix': {
    message: ['New {component} instances get the hotfix package {sha256}.', '新的 {component} 实例将使用 hotfix 安装包 {sha256}。'],
    hint: ['Choose another package if that is not meant.', '如非预期，请选择其他安装包。'],
  },
  'scale-in.nothing': {
    message: ['No node is named.', '未指定节点。'],
    hint: ['Name at least one, as host:port.', '请至少指定一个 host:port。'],
  },
  'scale-in.last-master': {
    message: ['The last dm-master can’t leave.', '不能移除最后一个 dm-master。'],
    hint: ['To remove everything, destroy the cluster.', '如需全部移除，请销毁集群。'],
  },
  'scale-in.one-master': {
    message: ['One plan takes one dm-master: {nodes}.', '一次只能移除一个 dm-master：{nodes}。'],
    hint: ['Remove them one after another; each plan looks anew at who is alive.', '请逐个移除；每次都会重新检查存活成员。'],
  },
  'scale-in.no-quorum': {
    message: [
      'Without {instance} {alive} of {masters} masters are alive; that is no majority ({quorum}), and DM could change nothing any more.',
      '移除 {instance} 后 {masters} 个 master 中仅 {alive} 个存活，不足多数（{quorum}），DM 将无法再变更。',
    ],
    hint: ['Start the masters that are down, or remove a dead one first.', '请先启动离线的 master，或先移除已失效的那个。'],
  },
  'scale-in.not-a-member': {
    message: ['{instance} is no member of DM any more; only its host is cleaned.', '{instance} 已不是 DM 成员，仅清理其主机。'],
    hint: ['This finishes what an earlier removal began.', '这将完成之前未完成的移除。'],
  },
  'scale-in.order-documented': {
    message: ['{instance}: stopped, then taken out of DM, then its data deleted.', '{instance}：先停止，再从 DM 移除，最后删除数据。'],
    hint: ['{alive} of {masters} masters stay alive: a majority.', '其余 {alive}/{masters} 个 master 存活，满足多数。'],
  },
  'scale-in.order-delete-first': {
    message: [
      '{instance}: taken out of DM while it runs, then stopped: stopped first, {alive} of {masters} would be no majority ({quorum}).',
      '{instance}：先在运行中从 DM 移除再停止；若先停止，{alive}/{masters} 不足多数（{quorum}）。',
    ],
    hint: [
      'This differs from the documented order on purpose; afterwards {left} master(s) are the cluster.',
      '此顺序有意不同于文档；之后集群有 {left} 个 master。',
    ],
  },
  'scale-in.masters-down': {
    message: ['The masters do not run; nobody can take {instances} out of DM.', 'master 未运行，无法将 {instances} 从 DM 移除。'],
    hint: ['Start the masters first.', '请先启动 master。'],
  },
  'scale-in.members-unknown': {
    message: [
      'No dm-master gives a member list ({reason}); {instances} can’t be taken out of DM.',
      '没有 dm-master 返回成员列表（{reason}），无法移除 {instances}。',
    ],
    hint: ['Bring the masters back to a majority: start those that are down.', '请恢复 master 多数：启动离线的 master。'],
  },
  'scale-in.still-registered': {
    message: ['DM will go on listing {instances}: {reason}.', 'DM 中仍会保留 {instances} 的注册：{reason}。'],
    hint: ['Prune when the masters answer again.', 'master 恢复后请执行清理。'],
  },
  'scale-in.lease': {
    message: [
      '{instance} did not say goodbye: DM counts it as online for up to {seconds} s.',
      '{instance} 未正常退出：DM 最多在 {seconds} 秒内视其为在线。',
    ],
    hint: ['The job waits for it and shows until when.', '任务会等待并显示截止时间。'],
  },
  'scale-in.no-free-worker': {
    message: [
      '{source} is bound to {instance}, and no other worker is free to take it.',
      '{source} 绑定在 {instance} 上，且没有其他空闲 worker。',
    ],
    hint: [
      'Scale out a dm-worker first, or allow it for this worker by name, with a reason.',
      '请先扩容 dm-worker，或按名称填写理由后允许。',
    ],
  },
  'scale-in.left-unbound': {
    message: ['{source} will have no worker: its replication stops.', '{source} 将没有 worker，同步会停止。'],
    hint: ['It goes on from its position as soon as a worker is free.', '一旦有空闲 worker，将从原位点继续。'],
  },
  'scale-in.source-pauses-unknown': {
    message: [
      'Whether sources use relay is not known: {source} of {instance} is bound anew only after its stop.',
      '无法得知是否启用 relay：{instance} 的 {source} 在其停止后才会重新绑定。',
    ],
    hint: ['Its replication pauses for some seconds and goes on from its position.', '同步将暂停数秒，之后从原位点继续。'],
  },
  'scale-in.source-pauses-no-free-worker': {
    message: ['{source} of {instance} is bound anew only after its stop.', '{instance} 的 {source} 在其停止后才会重新绑定。'],
    hint: ['Its replication pauses for some seconds and goes on from its position.', '同步将暂停数秒，之后从原位点继续。'],
  },
  'scale-in.source-pauses-relay': {
    message: [
      'Relay is on: {source} of {instance} is bound anew only after its stop.',
      '已启用 relay：{instance} 的 {source} 在其停止后才会重新绑定。',
    ],
    hint: [
      'Its relay log stays behind and is deleted; the next worker reads the binlog anew.',
      '其 relay log 将被删除；新 worker 会重新读取 binlog。',
    ],
  },
  'scale-in.source-pauses-no-dmctl': {
    message: [
      'The store has no dmctl: {source} of {instance} is bound anew only after its stop.',
      '没有 dmctl 安装包：{instance} 的 {source} 在其停止后才会重新绑定。',
    ],
    hint: ['Fetch dmctl on the page Packages to move it before.', '在“安装包”页面获取 dmctl 可提前迁移。'],
  },
  'scale-in.folder-stays': {
    message: ['Folders of {instance} that others use too stay: {paths}.', '{instance} 与其他实例共用的目录会保留：{paths}。'],
    hint: ['Delete its files in them yourself, if you want to.', '如有需要请自行删除其中的文件。'],
  },
  'scale-in.left-behind': {
    message: [
      '{host} is lost; on it stay units {units}, folders {paths}, account {account}.',
      '{host} 已失联；其上会保留单元 {units}、目录 {paths}、账号 {account}。',
    ],
    hint: [
      'If it comes back, its units start by themselves: keep it off, or clean it by hand.',
      '若主机恢复，其单元会自行启动：请保持关机或手动清理。',
    ],
  },
  'scale-in.account-stays': {
    message: [
      'The account {user} and its sudo stay on {host}; only the panel’s key goes.',
      '{host} 上保留账号 {user} 及其 sudo，仅移除面板密钥。',
    ],
    hint: ['Give a credential of the host to remove them too.', '如需一并移除，请提供该主机的凭据。'],
  },
  'prune.members-unknown': {
    message: ['No dm-master gives a member list: {reason}.', '没有 dm-master 返回成员列表：{reason}。'],
    hint: ['Bring the masters back to a majority first.', '请先恢复 master 的多数。'],
  },
  'prune.nothing': {
    message: ['DM lists no member that the topology does not have.', 'DM 中没有拓扑之外的成员。'],
    hint: ['There is nothing to do.', '无需处理。'],
  },
  'prune.unknown': {
    message: ['{name} is no stale member.', '{name} 不是失效成员。'],
    hint: ['Choose from the list, or leave the names out for all of them.', '请从列表中选择，或留空以处理全部。'],
  },
  'prune.worker': {
    message: ['Stale dm-worker {name} at {address}, offline.', '失效的 dm-worker {name}（{address}），离线。'],
    hint: ['It is taken out of DM’s list.', '将从 DM 列表中移除。'],
  },
  'prune.worker-online': {
    message: [
      'dm-worker {name} at {address} counts as online; the job waits for its lease for up to {seconds} s.',
      'dm-worker {name}（{address}）仍视为在线；任务最多等待 {seconds} 秒租约到期。',
    ],
    hint: ['Stop its process if it runs somewhere.', '若其进程仍在运行，请先停止。'],
  },
  'prune.master': {
    message: ['Stale dm-master {name} at {address}, down.', '失效的 dm-master {name}（{address}），离线。'],
    hint: ['It is taken out of DM’s list.', '将从 DM 列表中移除。'],
  },
  'prune.master-alive': {
    message: [
      'dm-master {name} at {address} runs, though the topology does not have it.',
      'dm-master {name}（{address}）仍在运行，但不在拓扑中。',
    ],
    hint: ['Make sure that nobody else’s cluster needs it; its process is not stopped.', '请确认没有其他集群需要它；其进程不会被停止。'],
  },
  'prune.no-quorum': {
    message: ['Without dm-master {name} ({address}) no majority would be alive.', '移除 dm-master {name}（{address}）后将没有多数存活。'],
    hint: ['Start the masters that are down first.', '请先启动离线的 master。'],
  },
} satisfies Record<string, ProblemWords>

const names: Readonly<Record<string, Pair>> = {
  'dm-master': ['Join the new dm-masters, one at a time', '加入新的 dm-master，逐个进行'],
  'dm-worker': ['Join the new dm-workers', '加入新的 dm-worker'],
  prometheus: ['Start the new Prometheus', '启动新的 Prometheus'],
  grafana: ['Start the new Grafana', '启动新的 Grafana'],
  alertmanager: ['Start the new Alertmanagers', '启动新的 Alertmanager'],
  node_exporter: ['Start node exporters on new hosts', '在新主机启动 node_exporter'],
  blackbox_exporter: ['Start blackbox exporters on new hosts', '在新主机启动 blackbox_exporter'],
}

export const scaleWords: Record<string, Pair> = {
  'plan.check-hosts': ['Check the hosts', '检查主机'],
  'plan.record-joining': ['Write the new instances down as joining', '记录新实例为正在加入'],
  'plan.settle-masters': ['New masters name all masters at their next start', '新 master 下次启动时使用完整成员列表'],
  'plan.refresh': ['Tell the other instances', '更新其他实例的文件'],
  'plan.restart-monitors': ['Restart monitors that read changed files', '重启读取变更文件的监控组件'],
  'plan.leave-dm-worker': ['Remove dm-workers: move the source, stop, offline, delete', '移除 dm-worker：迁移上游、停止、下线、删除'],
  'plan.leave-dm-master-documented': ['Remove the dm-master: stop, offline, delete', '移除 dm-master：停止、下线、删除'],
  'plan.leave-dm-master-delete-first': [
    'Remove the dm-master: offline while it runs, stop, delete (its stop first would cost the majority)',
    '移除 dm-master：先在运行中下线，再停止、删除（先停止会失去多数）',
  ],
  'plan.leave-monitors': ['Remove monitors', '移除监控组件'],
  'plan.remove-exporters': ['Clean hosts that are empty now', '清理已无实例的主机'],
  'plan.release-hosts': ['Give up the login on hosts that are empty now', '取消在空主机上的登录'],
  'plan.prune-workers': ['Take stale dm-workers out of DM’s list', '从 DM 列表移除失效的 dm-worker'],
  'plan.prune-masters': ['Take stale dm-masters out of DM’s list, one after another', '从 DM 列表逐个移除失效的 dm-master'],
  ...Object.fromEntries(Object.entries(names).map(([component, pair]) => [`plan.join-${component}`, pair])),
}
