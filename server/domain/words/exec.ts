import type { Pair, ProblemWords } from './words'

/** exec: a command on hosts. */
export const execProblems = {
  'exec.empty': {
    message: ['There is no command.', '没有填写命令。'],
    hint: ['Type what is to be run on each host.', '请填写要在每台主机上执行的命令。'],
  },
  'exec.root': {
    message: ['The command runs as root on {count} hosts.', '命令将以 root 身份在 {count} 台主机上执行。'],
    hint: [
      'Nothing guards against what it does. Read it once more, host by host, in the plan.',
      '命令的后果不受任何保护。请在计划中逐台主机再次核对。',
    ],
  },
  'exec.long': {
    message: ['Each host is given up to {minutes} minutes.', '每台主机最多执行 {minutes} 分钟。'],
    hint: ['Cancel ends what still runs.', '取消任务会终止仍在执行的命令。'],
  },
  'exec.beside-job': {
    message: ['Job #{number} ({operation}) is working on this cluster now.', '任务 #{number}（{operation}）正在操作该集群。'],
    hint: [
      'The command runs beside it, at any moment of it. Wait for its end if that matters.',
      '命令会与其同时执行。如有影响，请等待该任务结束。',
    ],
  },
  'exec.unfinished': {
    message: ['The deploy of {cluster} did not come to its end.', '{cluster} 的部署未完成。'],
    hint: ['Finish or remove it first: the deploy user may not be there yet.', '请先完成或移除：部署用户可能尚不存在。'],
  },
  'exec.template-unknown': {
    message: ['{name} has no value for {instance}.', '{instance} 没有 {name} 的值。'],
    hint: [
      'There are {known}. Select instances that have it, or write {{"{{"}} for two braces that mean nothing.',
      '可用：{known}。请选择有该值的实例；若需要普通的两个大括号，请写 {{"{{"}}。',
    ],
  },
  'exec.template-wrong': {
    message: ['{piece} is no value that can be filled in.', '{piece} 不是可填充的值。'],
    hint: [
      'Only names such as {{ .DeployDir }} are filled in. Write {{"{{"}} for two braces that mean nothing.',
      '只支持如 {{ .DeployDir }} 的名称。若需要普通的两个大括号，请写 {{"{{"}}。',
    ],
  },
  'usecases.sudo-forbidden': {
    message: ['You may not run commands as root.', '您没有以 root 身份执行命令的权限。'],
    hint: [
      'Run it as the deploy user, or ask an administrator for that permission (Settings, Users).',
      '请以部署用户执行，或向管理员申请该权限（设置 → 用户）。',
    ],
  },
  'usecases.no-results': {
    message: ['Job #{number} ran no command.', '任务 #{number} 没有执行命令。'],
    hint: ['Only jobs of exec have results; every job has a log.', '只有执行命令的任务有结果；所有任务都有日志。'],
  },
  'engine.command-exit': {
    message: ['The command ended with exit status {status}.', '命令退出码为 {status}。'],
    hint: ['It is not repeated by itself. Make a new plan to run it again.', '不会自动重试。如需再次执行，请新建计划。'],
  },
  'engine.command-timeout': {
    message: ['The command did not end within {seconds} s and was ended.', '命令未在 {seconds} 秒内结束，已被终止。'],
    hint: ['What it had done by then stays. Give it more time in a new plan.', '此前已做的改动会保留。请在新计划中给予更多时间。'],
  },
  'engine.command-cancelled': {
    message: [
      'The command was ended, because the job was cancelled (exit status {status}).',
      '任务被取消，命令已被终止（退出码 {status}）。',
    ],
    hint: ['What it had done by then stays.', '此前已做的改动会保留。'],
  },
} satisfies Record<string, ProblemWords>

export const execWords = {
  'plan.exec': ['Run the command', '执行命令'],
} satisfies Record<string, Pair>
