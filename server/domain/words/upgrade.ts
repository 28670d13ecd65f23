import type { Pair, ProblemWords } from './words'

/** An upgrade, its way back, and its end. */
export const upgradeProblems = {
  'upgrade.downgrade': {
    message: ['{version} is lower than what is there: {at}.', '{version} 低于现有版本：{at}。'],
    hint: [
      'An upgrade goes up only. The way back of an upgrade that is not final yet is its own operation, “Roll back”.',
      '升级只能向上。尚未完结的升级可通过“回退”返回。',
    ],
  },
  'upgrade.same-version': {
    message: ['The cluster is of version {version} already: this installs it again.', '集群已是 {version}：这将重新安装。'],
    hint: ['Every instance restarts once, as in an upgrade.', '与升级一样，每个实例会重启一次。'],
  },
  'upgrade.package-missing': {
    message: ['The store lacks {package}, which {hosts} need.', '缺少安装包 {package}，{hosts} 需要它。'],
    hint: [
      'Fetch it from a mirror or upload it on the page Packages; nothing is changed before everything is here.',
      '请在“安装包”页面从镜像获取或上传；全部就绪前不会做任何更改。',
    ],
  },
  'upgrade.package-unknown': {
    message: ['The store has no package {sha256}.', '没有安装包 {sha256}。'],
    hint: ['Choose one from the list.', '请从列表中选择。'],
  },
  'upgrade.running': {
    message: [
      '{count} instance(s) run: {instances}. Offline is for a cluster that is stopped.',
      '{count} 个实例在运行：{instances}。离线升级要求集群已停止。',
    ],
    hint: ['Stop the cluster first, workers too, or upgrade it while it runs.', '请先停止集群（包括 worker），或在线升级。'],
  },
  'upgrade.stopped': {
    message: ['No dm-master runs: there is nothing to upgrade one after another.', '没有运行中的 dm-master，无法逐个升级。'],
    hint: ['Start the cluster first, or choose offline.', '请先启动集群，或选择离线升级。'],
  },
  'upgrade.master-down': {
    message: ['DM says that these masters are not alive: {names}.', 'DM 报告这些 master 不在线：{names}。'],
    hint: [
      'Start or repair them first. Waived with a reason, the upgrade starts them in their own turn.',
      '请先启动或修复；若填写理由忽略，升级会在轮到它们时启动。',
    ],
  },
  'upgrade.worker-offline': {
    message: ['DM says that these workers are offline: {names}.', 'DM 报告这些 worker 离线：{names}。'],
    hint: ['They are started in their own turn.', '轮到它们时会被启动。'],
  },
  'upgrade.secret-key': {
    message: [
      'From v8.0.0 on DM has no fixed key: passwords that were encrypted with {from} can’t be read by {to} without a key file.',
      '从 v8.0.0 起 DM 不再有固定密钥：没有密钥文件，{to} 无法读取在 {from} 下加密的密码。',
    ],
    hint: [
      'If passwords of sources or tasks are encrypted, name a stored credential whose password is the key (64 hex digits: the former fixed one, and they stay valid): it goes to every master as a file that only the deploy user reads. If all are in plain text, waive this with a reason.',
      '若上游或任务的密码已加密，请指定一个凭据，其密码为该密钥（64 位十六进制；使用原固定密钥则旧密码继续有效），它会写到每个 master，仅部署用户可读。若均为明文，请填写理由忽略。',
    ],
  },
  'upgrade.passwords-encrypted': {
    message: [
      'Passwords of {names} are encrypted: {to} can’t read what {from} has encrypted without a key file.',
      '{names} 的密码已加密：没有密钥文件，{to} 无法读取 {from} 加密的密码。',
    ],
    hint: [
      'Choose DM’s former fixed key, and they stay as they are; or the stored key by which they were encrypted. It goes to every master as a file that only the deploy user reads.',
      '请选择 DM 原固定密钥（密码保持不变），或加密它们所用的已存密钥。它会写到每个 master，仅部署用户可读。',
    ],
  },
  'upgrade.passwords-closed': {
    message: ['The key does not open the passwords of {names}.', '该密钥无法解开 {names} 的密码。'],
    hint: [
      'DM {from} encrypts by its fixed key only, so any other key opens none of its passwords, and the panel does not encrypt them anew. Either choose DM’s former fixed key: they stay as they are. Or enter each of them in plain text before this upgrade: for a source, pause its tasks, “operate-source update” with its file, resume; for a task, stop-task and start-task with its file. Then ask for this plan again.',
      'DM {from} 只使用固定密钥加密，其他密钥无法解开，面板也不会重新加密。请选择 DM 原固定密钥（密码保持不变）；或在升级前改为明文：上游先暂停其任务，用其文件执行 operate-source update，再恢复；任务用其文件执行 stop-task 和 start-task。然后重新生成此计划。',
    ],
  },
  'upgrade.passwords-foreign': {
    message: ['DM’s former fixed key does not open the passwords of {names}.', 'DM 原固定密钥无法解开 {names} 的密码。'],
    hint: [
      'They were not encrypted by dmctl {from}, so DM can’t have read them either. Enter them anew before this upgrade, in plain text or encrypted by dmctl {from}: for a source, pause its tasks, “operate-source update” with its file, resume; for a task, stop-task and start-task with its file. Then ask for this plan again.',
      '它们不是由 dmctl {from} 加密的，DM 也无法读取。请在升级前重新录入（明文，或用 dmctl {from} 加密）：上游先暂停其任务，用其文件执行 operate-source update，再恢复；任务用其文件执行 stop-task 和 start-task。然后重新生成此计划。',
    ],
  },
  'upgrade.passwords-unread': {
    message: [
      'With its key file DM does not replicate as before: not every source is bound, or not every task runs that did at review.',
      '使用密钥文件后，DM 的同步与之前不同：有上游未绑定，或审阅时运行的任务未在运行。',
    ],
    hint: [
      'Read what was seen. If access is denied (error 1045), DM can’t read that password: enter it anew, in plain text or by “dmctl encrypt” of this version. For a source: pause its tasks, “operate-source update” with its file, resume-task. For a task: stop-task, then start-task with its file; it goes on from its checkpoint. Then retry.',
      '请查看实际情况。若为拒绝访问（错误 1045），说明 DM 无法读取该密码，请重新录入（明文，或用此版本的 dmctl encrypt 加密）。上游：暂停其任务，用其文件执行 operate-source update，再 resume-task。任务：stop-task 后用其文件 start-task，会从检查点继续。然后重试。',
    ],
  },
  'secret-key.missing': {
    message: [
      '{instance} would not start: its configuration names the key file {path}, which {host} does not have, and the panel does not know what belongs there.',
      '{instance} 将无法启动：其配置指定了密钥文件 {path}，{host} 上没有，面板也不知道其内容。',
    ],
    hint: [
      'Copy it from a master that runs ({from}), owned by {user}, mode 0600, then ask for this plan again. Folders above it belong to {user} too.',
      '请从运行中的 master（{from}）复制，属主 {user}，权限 0600，上级目录也属于 {user}，然后重新生成此计划。',
    ],
  },
  'secret-key.differs': {
    message: ['The key file {path} on {host} is another one than {from}.', '{host} 上的密钥文件 {path} 与 {from} 不同。'],
    hint: [
      'All masters must have the same key, or passwords that one has encrypted can’t be read by the next leader. Copy it from there, then ask for this plan again.',
      '所有 master 必须使用相同的密钥，否则下一个 leader 无法读取密码。请从那里复制，然后重新生成此计划。',
    ],
  },
  'upgrade.secret-key-form': {
    message: ['The stored key is not 64 hex digits.', '该密钥不是 64 位十六进制。'],
    hint: ['Store it as the password of a credential, without spaces or a line’s end.', '请将其保存为凭据的密码，不含空格或换行。'],
  },
  'upgrade.no-backup': {
    message: [
      'Sources and tasks are not exported first: the store has no dmctl that fits {version}, or it was not wanted.',
      '不会先导出上游与任务配置：没有适用于 {version} 的 dmctl，或未选择备份。',
    ],
    hint: [
      'Fetch dmctl of that version on the page Packages. Without an export, going back after the new version has led means to enter every source and task anew.',
      '请在“安装包”页面获取该版本的 dmctl。没有导出时，若新版本已担任过 leader，回退需要重新录入所有上游和任务。',
    ],
  },
  'upgrade.no-backup-offline': {
    message: ['Sources and tasks can’t be exported while no master runs.', '没有 master 运行，无法导出上游与任务配置。'],
    hint: [
      'Start the cluster and upgrade it while it runs, if you have no export of your own.',
      '若没有自己的导出，请启动集群后在线升级。',
    ],
  },
  'upgrade.replaces-hotfix': {
    message: [
      'This takes away the hotfix {package} on {instances} (ticket {tickets}).',
      '这将移除 {instances} 上的补丁 {package}（工单 {tickets}）。',
    ],
    hint: ['Make sure that the new version has what it mended.', '请确认新版本已包含该修复。'],
  },
  'upgrade.no-way-back': {
    message: [
      'With {masters} dm-master the new version leads as soon as the first one has had its turn: then there is no way back by binaries.',
      '只有 {masters} 个 dm-master：第一个升级后即由新版本担任 leader，之后无法通过二进制回退。',
    ],
    hint: ['The export of sources and tasks is then the only way back.', '届时只能通过导出的配置恢复。'],
  },
  'upgrade.v1-sources': {
    message: [
      'A master has v1_source_path: while that is set DM leaves its own metadata as it is at every upgrade.',
      '有 master 设置了 v1_source_path：该设置存在时，DM 升级不会迁移自身元数据。',
    ],
    hint: ['Take it out of the topology once the import from DM 1.0 is done.', '完成 DM 1.0 导入后请从拓扑中删除它。'],
  },
  'rollback.nothing': {
    message: ['No upgrade is open: there is nothing to go back from or to make final.', '没有未完结的升级，无可回退或完结。'],
    hint: ['An upgrade is open from its first step until it is made final.', '升级从第一步开始直到完结前为未完结状态。'],
  },
  'rollback.nothing-reached': {
    message: ['The upgrade has reached no instance.', '升级尚未触及任何实例。'],
    hint: ['There is nothing to go back from.', '无需回退。'],
  },
  'rollback.has-led': {
    message: [
      'A master of {version} has led {master}: DM has changed its metadata, and {from} can’t read it any more.',
      '{version} 的 master 已担任过 leader {master}：DM 已升级元数据，{from} 无法再读取。',
    ],
    hint: [
      'What remains is the redeploy of the former version: fresh folders, and sources and tasks from the backup that was taken before the upgrade.',
      '剩下的办法是重新部署旧版本：使用新目录，并从升级前的备份恢复上游与任务。',
    ],
  },
  'rollback.may-have-led': {
    message: [
      'Whether {master}, which has {version}, has ever led can’t be told: it does not answer, or it was restarted. It counts as if it had.',
      '无法确认已是 {version} 的 {master} 是否担任过 leader：它没有应答或已重启，按已担任处理。',
    ],
    hint: [
      'If it is down, start it and look again. If it has led, {from} can’t read DM’s metadata any more.',
      '若它已停止，请启动后重试。若它担任过 leader，{from} 无法再读取 DM 元数据。',
    ],
  },
  'rollback.package-missing': {
    message: [
      'The store no longer has the package {package}, which {instance} had before.',
      '安装包 {package} 已不在存储中，{instance} 之前使用它。',
    ],
    hint: ['Upload it again or fetch it from a mirror.', '请重新上传或从镜像获取。'],
  },
  'redeploy.done': {
    message: ['{version} runs again in folders of its own.', '{version} 已在新目录中运行。'],
    hint: ['Finalise ends it: the new version’s folders are deleted then.', '“完结”后会删除新版本的目录。'],
  },
  'redeploy.no-backup': {
    message: [
      'The upgrade from {version} took no backup of sources and tasks that could be imported.',
      '从 {version} 的升级没有可导入的上游与任务备份。',
    ],
    hint: [
      'If you have an export of your own, deploy a new cluster of the former version and import it with dmctl.',
      '若有自己的导出，请部署旧版本新集群并用 dmctl 导入。',
    ],
  },
  'redeploy.no-dmctl': {
    message: ['The store has no dmctl that can import into {version}.', '没有可导入到 {version} 的 dmctl。'],
    hint: ['Fetch dmctl of that version on the page Packages.', '请在“安装包”页面获取该版本的 dmctl。'],
  },
  'redeploy.package-missing': {
    message: ['The store has no {component} {version} for {instance}.', '缺少 {instance} 所需的 {component} {version}。'],
    hint: ['Upload it again or fetch it from a mirror.', '请重新上传或从镜像获取。'],
  },
  'redeploy.folder-taken': {
    message: ['{path} on {host} is not empty.', '{host} 上的 {path} 不为空。'],
    hint: [
      'Choose another suffix than {suffix}: the former version must begin with empty data folders.',
      '请换一个后缀（当前 {suffix}）：旧版本需要空数据目录。',
    ],
  },
  'redeploy.v1-sources': {
    message: [
      'A master has v1_source_path: with fresh folders DM would import from DM 1.0 again.',
      '有 master 设置了 v1_source_path：新目录会使 DM 再次从 DM 1.0 导入。',
    ],
    hint: ['Take it out of the topology first.', '请先从拓扑中删除它。'],
  },
  'redeploy.downtime': {
    message: [
      'All of DM stops, {from} takes the place of {to} in fresh folders, and {sources} source(s) and {tasks} task(s) are brought back as they were on {at}. No replication for about {seconds} s, and until each task has passed its own checks.',
      '整个 DM 将停止，{from} 在新目录中取代 {to}，并恢复 {at} 时的 {sources} 个上游和 {tasks} 个任务。约 {seconds} 秒内没有同步，直到各任务通过自身检查。',
    ],
    hint: [
      'Tasks go on from their checkpoints downstream. What DM kept of its own, such as shard DDL locks, does not come back. {to} and its data stay in their folders until it is made final.',
      '任务从下游检查点继续。DM 自身的状态（如分库分表 DDL 锁）不会恢复。{to} 及其数据会保留到完结为止。',
    ],
  },
  'redeploy.lost': {
    message: ['Made since the backup of {at}, so not in it: {names}.', '在 {at} 的备份之后创建、不在其中：{names}。'],
    hint: ['The plan exports what is there now first; create them again from that export.', '计划会先导出当前配置；请用该导出重新创建。'],
  },
  'redeploy.comes-back': {
    message: ['In the backup and not in DM any more, so they come back: {names}.', '备份中有而 DM 中已不存在，将会恢复：{names}。'],
    hint: ['Stop them again afterwards if they are not wanted.', '若不需要，请之后再停止。'],
  },
  'redeploy.since-unknown': {
    message: ['What has changed since the backup of {at} could not be asked: {reason}.', '无法查询自 {at} 备份以来的变化：{reason}。'],
    hint: ['Sources and tasks made since then are lost.', '此后创建的上游和任务会丢失。'],
  },
  'redeploy.starts-paused': {
    message: [
      'An import starts every task, these too, which are not running now: {tasks}.',
      '导入会启动所有任务，包括当前未运行的：{tasks}。',
    ],
    hint: ['Pause them again as soon as the import is through.', '导入完成后请再次暂停。'],
  },
  'redeploy.relay': {
    message: ['An import does not start relay. Afterwards, by dmctl: {lines}.', '导入不会启动 relay，之后请用 dmctl 执行：{lines}。'],
    hint: ['The same lines stand on the page “Roll back”, to be copied.', '“回滚”页面也列出了这些命令，可复制。'],
  },
  'upgrade.redeploy-open': {
    message: ['The way back to {from} is not final yet.', '回到 {from} 的操作尚未完结。'],
    hint: ['Go on with it, or make it final first.', '请先继续或完结。'],
  },
  'finalise.unfinished': {
    message: ['The upgrade to {to} has not reached its end.', '到 {to} 的升级尚未完成。'],
    hint: ['Go on with it or roll it back first.', '请先继续或回退。'],
  },
} satisfies Record<string, ProblemWords>

export const upgradeWords: Record<string, Pair> = {
  'plan.backup': ['Export sources and tasks', '导出上游与任务配置'],
  'plan.upgrade-begin': ['From here on: the upgrade', '由此开始升级'],
  'plan.passwords-read': ['Passwords can be read', '密码可读取'],
  'plan.upgrade-offline': ['Swap binaries and files of what is stopped', '替换已停止实例的二进制与文件'],
  'plan.redeploy-install': ['The former version, into fresh folders', '将旧版本安装到新目录'],
  'plan.redeploy-begin': ['From here on: the former version', '由此开始切换到旧版本'],
  'plan.redeploy-units': ['Units begin to name the fresh folders', '单元改为指向新目录'],
  'plan.import': ['Bring sources and tasks back', '恢复上游与任务'],
  'plan.left-folders': ['Folders of the version that was left', '删除被放弃版本的目录'],
  'plan.prune-packages': ['Former packages leave the hosts', '从主机移除旧安装包'],
}
