import type { Pair, ProblemWords } from './words'

/** What speaks against a hotfix, or must be consented to. */
export const patchProblems = {
  'patch.no-package': {
    message: ['No package was chosen.', '没有选择安装包。'],
    hint: ['Choose one, or build it on the page Packages.', '请选择一个，或在“安装包”页面构建。'],
  },
  'patch.package-gone': {
    message: ['The store has no package {package} any more.', '安装包 {package} 已不在库中。'],
    hint: ['Choose another one, or build it again on the page Packages.', '请选择其他安装包，或在“安装包”页面重新构建。'],
  },
  'patch.no-role': {
    message: ['{package} holds {component}, which no instance of a cluster runs.', '{package} 是 {component}，集群中没有实例运行它。'],
    hint: ['Packages of these can be applied: {known}.', '可应用的组件：{known}。'],
  },
  'patch.two-packages': {
    message: ['Two packages of {component} for {platform} were chosen.', '为 {platform} 的 {component} 选择了两个安装包。'],
    hint: ['Choose one; other nodes can get the other one in a plan of their own.', '请只选一个；其他节点可用另一个计划处理。'],
  },
  'patch.other-component': {
    message: ['{node} is a {component}, but the packages hold {packages}.', '{node} 是 {component}，而安装包是 {packages}。'],
    hint: ['Leave the node or role out, or add a package of {component}.', '请去掉该节点或角色，或添加 {component} 的安装包。'],
  },
  'patch.package-unused': {
    message: ['{package} is for {component}, but none of the chosen nodes is one.', '{package} 用于 {component}，但所选节点中没有。'],
    hint: ['Choose its nodes too, or leave the package out.', '请同时选择其节点，或去掉该安装包。'],
  },
  'patch.wrong-platform': {
    message: [
      '{node} is {platform}, but {package} is built for {platforms}: it could not start.',
      '{node} 是 {platform}，而 {package} 适用于 {platforms}：无法启动。',
    ],
    hint: ['Add the package for {platform}.', '请添加适用于 {platform} 的安装包。'],
  },
  'patch.nothing-patched': {
    message: ['No instance of this cluster is patched.', '该集群没有打过补丁的实例。'],
    hint: ['Name nodes to go back further, or choose a package.', '如需继续回退请指定节点，或选择安装包。'],
  },
  'patch.no-former': {
    message: [
      'This panel put no other binary on {node} before the one that it has now.',
      '在当前程序之前，本面板没有在 {node} 上安装过其他程序。',
    ],
    hint: ['Choose a package instead.', '请改为选择安装包。'],
  },
  'patch.former-gone': {
    message: ['What {node} ran before, {package}, is not in the store any more.', '{node} 之前的安装包 {package} 已不在库中。'],
    hint: ['Fetch or upload it on the page Packages.', '请在“安装包”页面获取或上传。'],
  },
  'patch.disk-full': {
    message: [
      '{host} has {free} MiB free at {path}; {wanted} MiB are wanted for staging.',
      '{host} 的 {path} 剩余 {free} MiB，暂存需要 {wanted} MiB。',
    ],
    hint: ['Make room, then look again.', '请清理空间后重试。'],
  },
  'patch.offline-while-running': {
    message: [
      '{count} of these still run: {nodes}. They go on with their former program until their next start; so does any that crashes and is started by systemd.',
      '其中 {count} 个仍在运行：{nodes}。下次启动前继续使用旧程序；若崩溃被 systemd 拉起，则会换成新程序。',
    ],
    hint: ['Leave "offline" out to restart them one after another behind gates.', '若要逐个重启并检查，请不要使用 offline。'],
  },
  'patch.starts': {
    message: ['{count} of these are down and will be started: {nodes}.', '其中 {count} 个未运行，将被启动：{nodes}。'],
    hint: ['Choose "offline" to change only their disk.', '若只替换磁盘上的程序，请使用 offline。'],
  },
  'patch.same': {
    message: [
      '{count} of these have this very package already: {nodes}. They are restarted.',
      '其中 {count} 个已是该安装包：{nodes}。它们会被重启。',
    ],
    hint: ['Leave them out if they need no restart.', '如无需重启，请不要选择它们。'],
  },
  'patch.mixed': {
    message: ['Afterwards not every {role} runs the same program: {nodes} keep theirs.', '之后 {role} 的程序将不一致：{nodes} 保持不变。'],
    hint: ['Good for a trial; let the others follow soon.', '适合试用；请尽快处理其余节点。'],
  },
  'patch.overwrite': {
    message: [
      'New nodes of {roles} will get the same package at a later scale-out, until an upgrade.',
      '之后扩容的 {roles} 也会使用该安装包，直到升级。',
    ],
    hint: ['Without it they get the package of the cluster’s version.', '否则使用集群版本的安装包。'],
  },
} satisfies Record<string, ProblemWords>

/** Standing warnings of a cluster's ledger. */
export const ledgerProblems = {
  'ledger.mixed': {
    message: ['{count} different programs run as {role}: {nodes}.', '{role} 运行着 {count} 种不同的程序：{nodes}。'],
    hint: ['Apply the same package to all of them, or upgrade.', '请统一应用同一安装包，或升级。'],
  },
  'ledger.overdue': {
    message: ['The hotfix on {nodes} was to be replaced by {due}. {ticket}', '{nodes} 上的热修复应在 {due} 前替换。{ticket}'],
    hint: ['Upgrade to an official release, or set another day with a reason.', '请升级到正式版本，或填写理由并调整日期。'],
  },
  'ledger.on-disk-only': {
    message: [
      '{nodes} still run what they ran before: what lies on the disk starts with their next start.',
      '{nodes} 仍在运行旧程序：磁盘上的程序在下次启动时生效。',
    ],
    hint: ['Restart them when it suits.', '请在合适的时间重启。'],
  },
} satisfies Record<string, ProblemWords>

export const patchWords: Record<string, Pair> = {
  'plan.swap-on-disk': ['Replace the programs on the disk', '替换磁盘上的程序'],
  'step.recorded-patched': ['Note in the panel that {instance} is patched', '在面板中将 {instance} 标记为已打补丁'],
  'step.recorded-unpatched': ['Note in the panel that {instance} is not patched', '在面板中取消 {instance} 的补丁标记'],
  'step.recorded-role-package': [
    'Note in the panel that new {component} on {os}/{arch} get this package',
    '在面板中记录：{os}/{arch} 上新的 {component} 使用该安装包',
  ],
  'step.recorded-role-package-dropped': [
    'Note in the panel that new {component} on {os}/{arch} get the release again',
    '在面板中记录：{os}/{arch} 上新的 {component} 恢复使用正式版本',
  ],
}
