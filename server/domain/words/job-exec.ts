import type { Pair } from './words'

/** What review and job page say of exec: its results, host by host. */
export const jobExecWords = {
  'job.title.exec': ['Run a command on {cluster}', '在 {cluster} 上执行命令'],
  'review.go.exec': ['Run it on {cluster}', '在 {cluster} 上执行'],
  'answer.run-again': ['Run it again', '再次执行'],
  'answer.run-again-why': [
    'Runs the command once more on this host. Look there first whether it has run.',
    '在该主机上再次执行命令。请先确认此前是否已执行。',
  ],
  'results.title': ['Results', '执行结果'],
  'results.counts': [
    '{ended} of {all} hosts ended, {bad} not well; {groups} different results',
    '{all} 台主机已结束 {ended} 台，{bad} 台异常；{groups} 种不同结果',
  ],
  'results.text': ['Text', '文本'],
  'results.json': ['JSON', 'JSON'],
  'results.exit': ['exit status {status}', '退出码 {status}'],
  'results.pending': ['not begun', '未开始'],
  'results.running': ['running', '执行中'],
  'results.done': ['done', '完成'],
  'results.failed': ['failed', '失败'],
  'results.unknown': ['it is not known whether it ran to its end', '无法确定是否执行完毕'],
  'results.why.engine.command-timeout': ['ended at its time', '超时终止'],
  'results.why.engine.command-cancelled': ['ended by a cancel', '因取消而终止'],
  'results.why.engine.exit': ['could not be begun', '无法开始'],
  'results.why.engine.deadline': ['ended at its time', '超时终止'],
  'results.why.engine.fence-refused': ['refused by the host’s lock', '被主机锁拒绝'],
  'results.why.engine.killed': ['killed', '被终止'],
  'results.more-hosts': ['and {count} more', '另外 {count} 台'],
  'results.silent': ['It printed nothing.', '无输出。'],
  'results.stdout': ['stdout', 'stdout'],
  'results.stderr': ['stderr', 'stderr'],
  'results.whole': ['Show all ({kib} KiB)', '显示全部（{kib} KiB）'],
  'job.reason.guards': ['A guard did not hold before anything was done.', '执行前的守护检查未通过，未做任何改动。'],
  'job.reason.given-up': ['It was given up.', '任务已被放弃。'],
  'job.reason.hosts-failed': ['It failed on some hosts.', '部分主机执行失败。'],
} as const satisfies Record<string, Pair>
