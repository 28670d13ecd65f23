import type { Pair, ProblemWords } from './words'

/** Managing what tiup managed, handing back, and what tiup changes meanwhile. */
export const tiupProblems = {
  'manage.already': {
    message: ['“{name}” is managed by the panel already.', '“{name}”已由面板管理。'],
    hint: ['There is nothing to take over.', '无需再次接管。'],
  },
  'manage.conflict': {
    message: ['Cluster “{other}” of this panel stands on the same units: {units}.', '面板中的集群“{other}”使用相同的单元：{units}。'],
    hint: ['Hand that one back, or leave this one read-only.', '请先交还该集群，或保持当前集群只读。'],
  },
  'manage.meta-changed': {
    message: ['tiup has changed meta.yaml, or the key, since it was adopted.', '纳管之后，tiup 已修改 meta.yaml 或密钥。'],
    hint: ['Look at the difference on the cluster’s TiUP page and take it over first.', '请先在集群的 TiUP 页面查看差异并采纳。'],
  },
  'manage.no-storage': {
    message: ['The cluster came in an archive: tiup’s own folder can’t be read again.', '该集群来自归档，无法再次读取 tiup 的目录。'],
    hint: [
      'Packages of its patch folder are known only if they are uploaded to the package store.',
      'patch 目录中的包需上传到包仓库后才能识别。',
    ],
  },
  'manage.storage-unread': {
    message: ['tiup’s own folder can’t be read now.', '目前无法读取 tiup 的目录。'],
    hint: [
      'What tiup changed since the adoption, its later history and its patch packages are not taken over.',
      '纳管后 tiup 的修改、后续历史和补丁包将不会被接管。',
    ],
  },
  'manage.patch-refused': {
    message: ['The patch package {file} is not taken into the store.', '补丁包 {file} 未收入包仓库。'],
    hint: ['Build a hotfix package from what it was made of, if it is wanted again.', '如仍需要，请用其来源重新制作补丁包。'],
  },
  'manage.no-root': {
    message: ['On {host} {user} can not become root by sudo without a password.', '{host} 上的 {user} 无法免密码通过 sudo 成为 root。'],
    hint: ['tiup gives it that in /etc/sudoers.d; put it there again.', 'tiup 会写入 /etc/sudoers.d，请恢复该配置。'],
  },
  'manage.unit-missing': {
    message: ['{unit} of {instance} is not on {host}.', '{host} 上没有 {instance} 的 {unit}。'],
    hint: ['Scale the instance in afterwards, or deploy it anew by tiup first.', '请之后缩容该实例，或先用 tiup 重新部署。'],
  },
  'manage.members-unseen': {
    message: ['No dm-master says who its members are: {why}.', '没有 dm-master 返回成员列表：{why}。'],
    hint: ['The topology could not be compared with DM’s own list.', '无法将拓扑与 DM 的成员列表比较。'],
  },
  'manage.member-unknown': {
    message: ['DM has a member {name} that the topology does not have.', 'DM 中有拓扑以外的成员 {name}。'],
    hint: ['It may be left of a scale-in: prune removes its registration.', '可能是缩容后的残留：可用 prune 移除其注册。'],
  },
  'manage.member-missing': {
    message: ['{instance} ({name}) is not registered in DM.', '{instance}（{name}）未在 DM 中注册。'],
    hint: ['It never started, or was taken out: start it, or scale it in.', '它从未启动或已被移出：请启动或缩容。'],
  },
  'manage.version-differs': {
    message: ['{instance} runs {runs}, but meta.yaml says {version}.', '{instance} 运行 {runs}，而 meta.yaml 中为 {version}。'],
    hint: ['An upgrade may have stopped half-way: upgrade again after this.', '可能升级中途停止：接管后请再次升级。'],
  },
  'manage.patch-unknown': {
    message: ['{instance} is patched, and no package of the store has its program.', '{instance} 已打补丁，但包仓库中没有其程序对应的包。'],
    hint: [
      'It keeps its mark. A scale-out can’t give others the same, and the ledger begins without it; upload the package and it can be patched again.',
      '标记会保留。扩容无法使用同一程序，台账中也没有它；上传该包后可再次打补丁。',
    ],
  },
  'manage.program-unknown': {
    message: ['No package of the store has the programs of {instances}.', '包仓库中没有 {instances} 的程序对应的包。'],
    hint: [
      'The ledger begins without them; fetch the release’s packages first if it should not.',
      '台账将不含它们；如需记录，请先获取该版本的包。',
    ],
  },
  'manage.own-files': {
    message: ['The topology names files of yours at {path}, which the panel does not have.', '拓扑引用了您自己的文件 {path}，面板中没有。'],
    hint: [
      'Give them by edit-config before a reload, or it writes the monitors without them.',
      '请在 reload 之前通过 edit-config 提供，否则监控组件将不含它们。',
    ],
  },
  'manage.files-differ': {
    message: [
      'Of {instance} {count} of the files differ from what the panel renders: {files}.',
      '{instance} 有 {count} 个文件与面板渲染的不同：{files}。',
    ],
    hint: ['Nothing is changed now; the next reload writes them.', '现在不做更改；下次 reload 会写入。'],
  },
  'manage.texts-unknown': {
    message: ['The store has no dm-master package of {version}.', '包仓库中没有 {version} 的 dm-master 包。'],
    hint: [
      'Rules and dashboards could not be compared; fetch the package before a reload.',
      '无法比较告警规则与面板；请在 reload 前获取该包。',
    ],
  },
  'errands.tiup-patch-gone': {
    message: ['The patch package {file} can’t be read.', '无法读取补丁包 {file}。'],
    hint: ['Look at it in tiup’s folder.', '请在 tiup 目录中查看。'],
  },
  'errands.tiup-unlinked': {
    message: [
      'Where tiup keeps “{name}” is not known: it was made here, or came in an archive.',
      '不知道 tiup 在何处管理“{name}”：它由面板创建或来自归档。',
    ],
    hint: ['Compare it with an archive of the folder instead.', '请改用该目录的归档进行比较。'],
  },
  'errands.tiup-written-again': {
    message: [
      '“{name}” was changed again, there or here, since the difference was shown.',
      '差异显示之后，“{name}”又被修改（tiup 或面板）。',
    ],
    hint: ['Look at the difference once more.', '请再次查看差异。'],
  },
  'errands.tiup-half-done': {
    message: ['“{name}” has instances that are joining or leaving.', '“{name}”有正在加入或离开的实例。'],
    hint: ['Finish the scale first.', '请先完成扩缩容。'],
  },
  'usecases.hand-back-adopted': {
    message: ['“{name}” is tiup’s already.', '“{name}”已由 tiup 管理。'],
    hint: ['The export can be downloaded at any time.', '可随时下载导出。'],
  },
  'usecases.forget-managed': {
    message: ['“{name}” is managed by the panel.', '“{name}”由面板管理。'],
    hint: ['Hand it back first, or destroy it.', '请先交还，或销毁该集群。'],
  },
  'usecases.hand-back-deploying': {
    message: ['“{name}” is not deployed yet.', '“{name}”尚未部署完成。'],
    hint: ['Finish the deploy, or remove what it made.', '请完成部署，或移除已创建的内容。'],
  },
  'usecases.hand-back-half-done': {
    message: [
      '“{name}” has instances that are joining or leaving, which tiup knows nothing of.',
      '“{name}”有正在加入或离开的实例，tiup 无法识别。',
    ],
    hint: ['Finish the scale first.', '请先完成扩缩容。'],
  },
  'usecases.hand-back-upgrade-open': {
    message: ['The last upgrade of “{name}” is neither final nor rolled back.', '“{name}”的上次升级尚未完结或回退。'],
    hint: ['Finalise it, or go back, first.', '请先完结或回退。'],
  },
} satisfies Record<string, ProblemWords>

export const tiupWords = {
  'step.recorded-cluster-managed': ['Record the cluster as managed by the panel', '记录集群由面板管理'],
} satisfies Record<string, Pair>
