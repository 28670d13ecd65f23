import type { Pair } from './words'

/** exec: its wizard, the results on its job's page, and who may be root by it. */
export const uiExecWords = {
  'crumb.dmctl': ['dmctl', 'dmctl'],
  'op.dmctl': ['dmctl', 'dmctl'],
  'crumb.exec': ['Run a command', '执行命令'],
  'op.exec': ['Exec', '执行命令'],
  'cluster.go.exec': ['Run a command…', '执行命令…'],
  'exec.title': ['Run a command on {cluster}', '在 {cluster} 上执行命令'],
  'exec.command-step': ['Command', '命令'],
  'exec.command': ['Command, for /bin/sh', '命令（由 /bin/sh 执行）'],
  'exec.command-help': [
    'Runs once on each host, in the home folder, with nothing on its input.',
    '在每台主机上执行一次，工作目录为家目录，无标准输入。',
  ],
  'exec.command-missing': ['Type a command.', '请填写命令。'],
  'exec.values': [
    'Values of the first chosen instance of each host, by TiUP’s names:',
    '每台主机取其第一个所选实例的值，名称与 TiUP 相同：',
  ],
  'exec.value-add': ['Insert {name}', '插入 {name}'],
  'exec.who': ['Run as', '执行身份'],
  'exec.as-deploy': ['Deploy user ({user})', '部署用户（{user}）'],
  'exec.as-deploy-note': [
    'Without new privileges: sudo, su and the like refuse inside the command.',
    '不可提升权限：命令中的 sudo、su 等会被拒绝。',
  ],
  'exec.as-root': ['root (--sudo)', 'root（--sudo）'],
  'exec.as-root-note': [
    'Nothing guards against what it does. The review asks for your consent.',
    '命令的后果不受任何保护。审阅时需要您确认。',
  ],
  'exec.no-sudo': [
    'You may not run commands as root. An administrator can give you that permission (Settings, Users).',
    '您没有以 root 身份执行命令的权限。可由管理员授予（设置 → 用户）。',
  ],
  'exec.timeout': ['Time for each host, seconds', '每台主机限时（秒）'],
  'exec.timeout-help': ['Then it is ended: SIGTERM, and SIGKILL after 10 s.', '超时后终止：先 SIGTERM，10 秒后 SIGKILL。'],
  'exec.width': ['Hosts at once (-c)', '同时执行的主机数（-c）'],
  'exec.bad-number': ['{field}: a whole number from {min} to {max}.', '{field}：必须是 {min} 到 {max} 之间的整数。'],
  'exec.hosts': ['Hosts', '主机'],
  'exec.time': ['At most', '限时'],
  'exec.beside': ['Job #{job} holds this cluster. A command runs beside it.', '任务 #{job} 正在操作该集群。命令会与其同时执行。'],
  'exec.never-twice': [
    'It is never run again by itself: where it is not known whether it ran, you are asked.',
    '绝不会自动重复执行：若无法确定是否已执行，会先询问您。',
  ],
  'users.may-sudo': ['May run commands as root on hosts', '可在主机上以 root 身份执行命令'],
  'users.sudo-admin': ['An administrator may run commands as root on hosts.', '管理员可在主机上以 root 身份执行命令。'],
  'users.sudo-viewer': ['A viewer runs no commands.', '只读用户不能执行命令。'],
  'users.with-sudo': ['+ root', '+ root'],
} satisfies Record<string, Pair>
