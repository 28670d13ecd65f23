import type { Pair, ProblemWords } from './words'

/** Why a step of a job failed, by the code of its `failed` entry. */
export const engineProblems = {
  'engine.exit': {
    message: ['The command ended with exit status {status}.', '命令退出码为 {status}。'],
    hint: ['Read its output above, remove the cause, then retry.', '请查看上方输出，排除原因后重试。'],
  },
  'engine.killed': {
    message: ['The command was ended by signal {signal}.', '命令被信号 {signal} 终止。'],
    hint: [
      'Look on the host for what ended it (memory, an administrator), then retry.',
      '请在主机上查明终止原因（内存不足或人工操作），然后重试。',
    ],
  },
  'engine.deadline': {
    message: [
      'The command did not end within its time ({seconds} s) and was stopped.',
      '命令未在限定时间内（{seconds} 秒）结束，已被终止。',
    ],
    hint: [
      'Look at the load of the host and at the log, or give more time (wait timeout), then retry.',
      '请检查主机负载和日志，或增大等待超时后重试。',
    ],
  },
  'engine.not-reached': {
    message: ['The commands ended well, but the goal is not reached.', '命令已成功执行，但目标未达成。'],
    hint: [
      'Compare what was expected with what was seen; something else may have changed it meanwhile.',
      '请对比期望与实际情况；可能有其他操作同时做了更改。',
    ],
  },
  'engine.no-way': {
    message: [
      'As the cluster is now, there is no way to reach this goal; nothing was tried.',
      '集群当前状态下无法达成此目标，未执行任何操作。',
    ],
    hint: [
      'See what is there beside what was expected. Where a source must move: free a dm-worker or start one, then retry; or skip this with a reason, and the source pauses while its worker restarts.',
      '请对比期望与实际情况。若需迁移数据源：请空出或启动一个 dm-worker 后重试；或说明理由并跳过，该数据源将在其 worker 重启期间暂停。',
    ],
  },
  'engine.cluster-silent': {
    message: ['No DM-master says what this step must know: {why}', '没有 DM-master 能提供此步骤所需的信息：{why}'],
    hint: [
      'Nothing was changed by this step. See on the cluster page whether a majority of the masters runs and one of them leads, then retry.',
      '此步骤未做任何更改。请在集群页面查看是否有多数 master 在运行且已选出 leader，然后重试。',
    ],
  },
  'engine.waited-in-vain': {
    message: ['What the job waited for did not come in time.', '任务等待的条件未在限定时间内达成。'],
    hint: [
      'Compare what was expected with what was seen, remove the cause, then retry; or skip this wait with a reason.',
      '请对比期望与实际情况，排除原因后重试；或说明理由并跳过等待。',
    ],
  },
  'engine.guard': {
    message: ['A condition that must hold before anything is changed does not hold.', '变更前必须满足的条件未满足。'],
    hint: ['Set the host right as expected, then retry.', '请按期望修正主机，然后重试。'],
  },
  'engine.fence-refused': {
    message: [
      'The host refused the command, because its lock is not held by this job: {said}',
      '主机拒绝执行命令，因为其锁不属于本任务：{said}',
    ],
    hint: [
      'Find out who removed or took the lock in /var/lib/dm-panel/lock, then retry.',
      '请查明谁移除或占用了 /var/lib/dm-panel/lock 中的锁，然后重试。',
    ],
  },
  'engine.content-gone': {
    message: ['The panel no longer has what this step puts on the host: {what}', '面板中已没有此步骤要分发的内容：{what}'],
    hint: [
      'Bring it back on the page Packages (the same file has the same sha256), then retry.',
      '请在“安装包”页面找回（同一文件 sha256 相同），然后重试。',
    ],
  },
  'engine.export-unreadable': {
    message: ['What dmctl exported can’t be read: {why}.', '无法读取 dmctl 的导出：{why}。'],
    hint: [
      'Retry; if it stays so, run `config export` of this dmctl by hand and look at it.',
      '请重试；若仍失败，请手动运行该 dmctl 的 `config export` 查看。',
    ],
  },
  'engine.http-refused': {
    message: ['DM-master refused the request (HTTP {status}): {body}', 'DM-master 拒绝了请求（HTTP {status}）：{body}'],
    hint: ['Look at the state of the masters on the cluster page, then retry.', '请在集群页面查看 master 的状态，然后重试。'],
  },
} satisfies Record<string, ProblemWords>

/** Why a job ended, by the reason of its `ended` entry. */
export const engineWords = {
  'reason.guards': ['A guard did not hold; nothing was changed.', '前置条件未满足，未做任何更改。'],
  'reason.given-up': ['Given up by an operator.', '操作者已放弃。'],
} satisfies Record<string, Pair>
