import type { Pair, ProblemWords } from './words'

/** dmctl: lines that a user types. What is wrong with a line is said before anything runs. */
const lineProblems = {
  'dmctl.empty': {
    message: ['There is no command.', '没有填写命令。'],
    hint: ['Type one, such as query-status.', '请输入命令，例如 query-status。'],
  },
  'dmctl.quote': {
    message: ['A quote is not closed.', '引号没有闭合。'],
    hint: ['Close it, or leave it out.', '请补全或去掉引号。'],
  },
  'dmctl.unknown-command': {
    message: ['dmctl has no command “{command}”.', 'dmctl 没有命令“{command}”。'],
    hint: ['There are: {near}.', '可用：{near}。'],
  },
  'dmctl.secret-command': {
    message: [
      '{command} takes a password in the command line, where process lists, history and audit would show it.',
      '{command} 需要在命令行中给出密码，会被进程列表、历史和审计看到。',
    ],
    hint: [
      'Write the password as it is into the file of the source or task: the panel keeps files sealed, and DM encrypts what it stores.',
      '请把密码直接写入上游或任务文件：面板会加密保存文件，DM 也会加密其存储的内容。',
    ],
  },
  'dmctl.password-in-line': {
    message: [
      'The line seems to hold a password. Lines are kept in the history and in the audit.',
      '该行似乎包含密码。命令行会保存在历史和审计中。',
    ],
    hint: ['Put passwords into a file. SQL that sets one can’t be given here.', '请把密码放入文件。设置密码的 SQL 不能在此处给出。'],
  },
  'dmctl.too-new': {
    message: [
      '{command} is known to dmctl {since} and later; this is {version}.',
      '{command} 需要 dmctl {since} 或更高版本，当前为 {version}。',
    ],
    hint: ['Choose another version of dmctl, or an older command.', '请选择其他版本的 dmctl，或使用较旧的命令。'],
  },
  'dmctl.own-flag': {
    message: ['{flag} is given by the panel.', '{flag} 由面板提供。'],
    hint: [
      'Leave it out: dmctl is run against this cluster’s masters, and reads the files that you give with the line.',
      '请去掉：dmctl 会连接本集群的 master，并读取随命令提供的文件。',
    ],
  },
  'dmctl.flag-unknown': {
    message: ['The command has no flag {flag}.', '该命令没有参数 {flag}。'],
    hint: ['Usage: {usage}', '用法：{usage}'],
  },
  'dmctl.flag-value': {
    message: ['{flag} needs a value.', '{flag} 需要一个值。'],
    hint: ['Type a {kind} after it.', '请在其后填写 {kind}。'],
  },
  'dmctl.missing': { message: ['The command needs a {what}.', '该命令需要 {what}。'], hint: ['Usage: {usage}', '用法：{usage}'] },
  'dmctl.too-many': { message: ['“{word}” is too much.', '“{word}”是多余的。'], hint: ['Usage: {usage}', '用法：{usage}'] },
  'dmctl.file-missing': {
    message: ['The file {file} was not given with the command.', '没有随命令提供文件 {file}。'],
    hint: [
      'Write or upload it beside the line, under that name. The panel keeps no files of former commands.',
      '请以该名称编辑或上传文件。面板不保留以往命令的文件。',
    ],
  },
  'dmctl.file-twice': { message: ['{file} is named twice.', '{file} 出现了两次。'], hint: ['Name each file once.', '每个文件只写一次。'] },
  'dmctl.file-name': {
    message: ['“{file}” is no plain file name.', '“{file}”不是合法的文件名。'],
    hint: ['Use letters, digits, dot, dash and underscore.', '请使用字母、数字、点、短横线和下划线。'],
  },
  'dmctl.file-yaml': {
    message: ['{file} is not YAML: {why}', '{file} 不是合法的 YAML：{why}'],
    hint: ['Correct it at that line; nothing was run.', '请在该行修正；尚未执行任何操作。'],
  },
  'dmctl.file-kind': {
    message: ['{file} is no {kind}: it has no “{key}”.', '{file} 不是 {kind}：缺少“{key}”。'],
    hint: ['A source has a source-id, a task has a name.', '上游文件有 source-id，任务文件有 name。'],
  },
  'dmctl.no-package': {
    message: [
      'The package store has no dmctl {version} for the masters’ platform.',
      '软件包仓库中没有适用于 master 平台的 dmctl {version}。',
    ],
    hint: ['Fetch or upload it (Packages), or choose another version.', '请在“软件包”中获取或上传，或选择其他版本。'],
  },
  'dmctl.may-not-change': {
    message: ['This command changes something; your role may only look.', '该命令会进行更改；您的角色只能查看。'],
    hint: ['Ask an operator.', '请联系操作员。'],
  },
} satisfies Record<string, ProblemWords>

/** What is worth a second thought. */
const warnings = {
  'dmctl.other-version': {
    message: ['dmctl {chosen} is not of the cluster’s version {cluster}.', 'dmctl {chosen} 与集群版本 {cluster} 不同。'],
    hint: ['DM promises nothing for other versions.', 'DM 不保证其他版本可用。'],
  },
  'dmctl.beside-job': {
    message: ['Job #{number} ({operation}) is working on this cluster now.', '任务 #{number}（{operation}）正在操作该集群。'],
    hint: ['The command runs beside it, at any moment of it.', '命令会与其同时执行。'],
  },
  'dmctl.unknown-task': { message: ['DM lists no task {name}.', 'DM 没有任务 {name}。'], hint: ['It lists: {known}', '现有：{known}'] },
  'dmctl.unknown-source': { message: ['DM lists no source {name}.', 'DM 没有上游 {name}。'], hint: ['It lists: {known}', '现有：{known}'] },
  'dmctl.unknown-worker': {
    message: ['DM lists no worker {name}.', 'DM 没有 worker {name}。'],
    hint: ['It lists: {known}', '现有：{known}'],
  },
  'dmctl.tasks-unknown': {
    message: ['DM did not say which tasks there are: {why}', 'DM 未能给出任务列表：{why}'],
    hint: ['What the command does to them is not known.', '无法得知命令对任务的影响。'],
  },
  'dmctl.task-locked': {
    message: ['Task {task} waits for a shard DDL lock ({lock}).', '任务 {task} 正在等待分库分表 DDL 锁（{lock}）。'],
    hint: [
      'Stopped now, the tables of its sources stay different until the lock is resolved by hand (shard-ddl-lock unlock).',
      '此时停止，各上游的表结构会保持不一致，直到手动解锁（shard-ddl-lock unlock）。',
    ],
  },
  'dmctl.stop-loading': {
    message: ['Task {task} is in its full dump or load.', '任务 {task} 正在全量导出或导入。'],
    hint: [
      'Stopped now, what was loaded stays downstream, half-way. Pause it instead if it is to go on later.',
      '此时停止会在下游留下部分数据。若以后继续，请改用 pause-task。',
    ],
  },
  'dmctl.transfer-loading': {
    message: ['Task {task} of this source is in its full dump or load.', '该上游的任务 {task} 正在全量导出或导入。'],
    hint: [
      'DM refuses to move it until the load has ended, or begins the load anew on the other worker.',
      '在导入结束前 DM 会拒绝迁移，或在另一 worker 上重新导入。',
    ],
  },
  'dmctl.worker-not-free': {
    message: ['{worker} is {stage}, not free.', '{worker} 当前为 {stage}，不是空闲。'],
    hint: ['DM refuses it as long as the worker has a source. Choose a free one.', '该 worker 有上游时 DM 会拒绝。请选择空闲的 worker。'],
  },
  'dmctl.stop-source-tasks': {
    message: ['Task {task} replicates from this source.', '任务 {task} 正在从该上游同步。'],
    hint: ['Stop the task for this source first; DM refuses otherwise.', '请先停止该上游的任务，否则 DM 会拒绝。'],
  },
  'dmctl.every-task': {
    message: ['No task is named: it is every task of {source}.', '未指定任务：将作用于 {source} 的所有任务。'],
    hint: ['Name the task if only one is meant.', '若只针对一个任务，请写明任务名。'],
  },
  'dmctl.remove-meta': {
    message: ['--remove-meta forgets how far the task has come.', '--remove-meta 会清除任务的进度。'],
    hint: ['It begins anew: a full load into tables that may hold rows already.', '任务会从头开始：全量导入到可能已有数据的表中。'],
  },
  'dmctl.unlock': {
    message: ['A lock that is released by hand may leave tables that differ.', '手动解锁可能导致表结构不一致。'],
    hint: ['Compare the tables of all sources with the one downstream first.', '请先比对各上游与下游的表结构。'],
  },
  'dmctl.binlog': {
    message: ['Task {task} goes on with other statements than the upstream’s.', '任务 {task} 将执行与上游不同的语句。'],
    hint: ['Upstream and downstream may differ for good. Compare them afterwards.', '上下游可能永久不一致，请事后核对。'],
  },
  'dmctl.offline': {
    message: ['The member goes from DM’s list while the panel’s books keep it.', '该成员会从 DM 列表中移除，但面板仍保留记录。'],
    hint: ['Scale in or prune does it in the right order.', '请使用缩容或清理，它们会按正确顺序进行。'],
  },
  'dmctl.import-not-empty': {
    message: ['DM has sources or tasks already.', 'DM 已有上游或任务。'],
    hint: ['The import stops at the first that is there already.', '导入会在遇到第一个已存在的对象时停止。'],
  },
} satisfies Record<string, ProblemWords>

const undo = (en: string, zh: string): Pair => [en, zh]
const none = undo('It can’t be taken back by another command.', '无法通过其他命令撤销。')

/** What will happen, then how it is taken back. */
const effects = {
  'dmctl.will-operate-source-create': {
    message: [
      'DM gets the source in {file} and binds it to a free worker, or to the one that is named.',
      'DM 将创建 {file} 中的上游，并绑定到空闲的或指定的 worker。',
    ],
    hint: ['operate-source stop takes it out again.', '可用 operate-source stop 移除。'],
  },
  'dmctl.will-operate-source-update': {
    message: ['DM takes the source’s new settings from {file}.', 'DM 将采用 {file} 中的上游新配置。'],
    hint: [
      'Only of a source whose tasks are stopped and whose relay is off. The former settings are not kept.',
      '仅限任务已停止且未启用 relay 的上游。旧配置不会保留。',
    ],
  },
  'dmctl.will-operate-source-stop': {
    message: ['DM forgets the source {source}; its worker becomes free.', 'DM 将移除上游 {source}，其 worker 变为空闲。'],
    hint: ['To have it again, its file is needed, password and all.', '若要恢复，需要该上游的配置文件（含密码）。'],
  },
  'dmctl.will-transfer-source': {
    message: [
      'The source {source} moves to {worker}; its tasks pause for a moment.',
      '上游 {source} 将迁移到 {worker}，其任务会短暂暂停。',
    ],
    hint: ['It can be moved back.', '可以再迁移回来。'],
  },
  'dmctl.will-start-relay': {
    message: ['{worker} begins to keep the binlog of {source} on its disk.', '{worker} 将开始在磁盘上保存 {source} 的 binlog。'],
    hint: ['stop-relay ends it. Mind the disk.', '可用 stop-relay 停止。请注意磁盘空间。'],
  },
  'dmctl.will-stop-relay': {
    message: ['{worker} keeps the binlog of {source} no more.', '{worker} 将停止保存 {source} 的 binlog。'],
    hint: ['Tasks go on from the upstream itself, if it still has the binlog.', '若上游仍有 binlog，任务会直接从上游继续。'],
  },
  'dmctl.will-pause-relay': {
    message: ['The relay log of {source} pauses.', '{source} 的 relay log 将暂停。'],
    hint: ['resume-relay goes on.', '可用 resume-relay 恢复。'],
  },
  'dmctl.will-resume-relay': {
    message: ['The relay log of {source} goes on.', '{source} 的 relay log 将恢复。'],
    hint: ['pause-relay pauses it.', '可用 pause-relay 暂停。'],
  },
  'dmctl.will-purge-relay': { message: ['Relay log files of {source} are deleted.', '{source} 的 relay log 文件将被删除。'], hint: none },
  'dmctl.will-start-task': {
    message: ['The task in {file} starts: DM checks it and begins to write downstream.', '{file} 中的任务将启动：DM 检查后开始写入下游。'],
    hint: [
      'pause-task pauses it, stop-task takes it out. What was written stays.',
      '可用 pause-task 暂停，stop-task 移除。已写入的数据会保留。',
    ],
  },
  'dmctl.will-pause-task': {
    message: [
      'Task {task} pauses on {source}: nothing is replicated until it is resumed.',
      '任务 {task} 将在 {source} 上暂停：恢复之前不会同步。',
    ],
    hint: [
      'resume-task goes on where it stands, if the upstream still has the binlog.',
      '若上游仍有 binlog，resume-task 会从当前位置继续。',
    ],
  },
  'dmctl.will-resume-task': {
    message: ['Task {task} goes on on {source} from where it stands.', '任务 {task} 将在 {source} 上从当前位置继续。'],
    hint: ['pause-task pauses it again.', '可用 pause-task 再次暂停。'],
  },
  'dmctl.will-stop-task': {
    message: ['DM takes task {task} out of {source}: replication ends.', 'DM 将从 {source} 移除任务 {task}：同步结束。'],
    hint: [
      'start-task with its file goes on from the checkpoint downstream, if that is still there.',
      '若下游 checkpoint 仍在，可用其文件通过 start-task 继续。',
    ],
  },
  'dmctl.will-config-export': {
    message: [
      'Every source and task is exported and kept in the panel, sealed: passwords are in it in plain text.',
      '所有上游和任务会被导出并加密保存在面板中：其中包含明文密码。',
    ],
    hint: [
      'An administrator can download it (Upgrade page, Exports). Nothing stays on the host.',
      '管理员可在升级页的导出列表中下载。主机上不会留下任何内容。',
    ],
  },
  'dmctl.will-config-import': {
    message: ['DM gets every source and then every task of {file}; the tasks start.', 'DM 将创建 {file} 中的所有上游和任务，并启动任务。'],
    hint: ['Relay is not taken over: start-relay afterwards.', '不会恢复 relay：请之后执行 start-relay。'],
  },
  'dmctl.will-unlock-ddl-lock': { message: ['The shard DDL lock is released by hand.', '将手动释放分库分表 DDL 锁。'], hint: none },
  'dmctl.will-shard-ddl-lock-unlock': { message: ['The shard DDL lock is released by hand.', '将手动释放分库分表 DDL 锁。'], hint: none },
  'dmctl.will-binlog-skip': {
    message: ['Task {task} skips the statement at which it stands.', '任务 {task} 将跳过当前语句。'],
    hint: none,
  },
  'dmctl.will-binlog-replace': {
    message: ['Task {task} runs these statements instead of the one at which it stands.', '任务 {task} 将以给定语句替换当前语句。'],
    hint: ['binlog revert takes it back until it has run.', '执行之前可用 binlog revert 撤销。'],
  },
  'dmctl.will-binlog-inject': {
    message: ['Task {task} runs these statements before the one at which it stands.', '任务 {task} 将在当前语句前执行给定语句。'],
    hint: ['binlog revert takes it back until it has run.', '执行之前可用 binlog revert 撤销。'],
  },
  'dmctl.will-binlog-revert': {
    message: ['What was said of the statement of task {task} before is taken back.', '将撤销此前对任务 {task} 语句的处理。'],
    hint: none,
  },
  'dmctl.will-handle-error': {
    message: ['Task {task} treats the statement at which it stands as the line says.', '任务 {task} 将按命令处理当前语句。'],
    hint: none,
  },
  'dmctl.will-binlog-schema-update': {
    message: [
      'The table’s structure in DM’s own books of task {task} becomes that of {file}.',
      '任务 {task} 在 DM 内部记录的表结构将变为 {file} 中的结构。',
    ],
    hint: none,
  },
  'dmctl.will-binlog-schema-delete': {
    message: ['DM forgets the table’s structure of task {task}, and reads it anew.', 'DM 将清除任务 {task} 的表结构并重新读取。'],
    hint: none,
  },
  'dmctl.will-validation-start': {
    message: ['DM begins to compare the rows of task {task} on {source}.', 'DM 将开始校验任务 {task} 在 {source} 上的数据。'],
    hint: ['validation stop ends it.', '可用 validation stop 停止。'],
  },
  'dmctl.will-validation-stop': {
    message: ['DM compares the rows of task {task} no more.', 'DM 将停止校验任务 {task}。'],
    hint: ['validation start begins again.', '可用 validation start 重新开始。'],
  },
  'dmctl.will-validation-ignore-error': {
    message: ['Errors that the comparison of task {task} found count no more.', '任务 {task} 的校验错误将被忽略。'],
    hint: none,
  },
  'dmctl.will-validation-resolve-error': {
    message: ['Errors that the comparison of task {task} found count as resolved.', '任务 {task} 的校验错误将标记为已解决。'],
    hint: none,
  },
  'dmctl.will-validation-clear-error': {
    message: ['Errors that the comparison of task {task} found are deleted.', '任务 {task} 的校验错误将被清除。'],
    hint: none,
  },
  'dmctl.will-operate-leader-evict': {
    message: [
      'The leading master resigns, and does not lead again until it is told so or restarted.',
      '当前 leader 将让位，在取消或重启前不再参选。',
    ],
    hint: ['operate-leader cancel-evict takes it back.', '可用 operate-leader cancel-evict 撤销。'],
  },
  'dmctl.will-operate-leader-cancel-evict': {
    message: ['The leading master may lead on.', '当前 leader 可继续任职。'],
    hint: ['operate-leader evict asks it to resign.', '可用 operate-leader evict 让其让位。'],
  },
  'dmctl.will-offline-member': { message: ['DM takes the member out of its list.', 'DM 将从列表中移除该成员。'], hint: none },
} satisfies Record<string, ProblemWords>

const ends = {
  'engine.dmctl-refused': {
    message: ['DM refused: {said}', 'DM 拒绝：{said}'],
    hint: [
      'Nothing more was done, and nothing is repeated by itself. The whole answer is in the output.',
      '没有进行其他操作，也不会自动重试。完整应答见输出。',
    ],
  },
  'engine.dmctl-silent': {
    message: ['dmctl did not say anything.', 'dmctl 没有任何输出。'],
    hint: ['Look at the state with query-status before it is run again.', '再次执行前请先用 query-status 查看状态。'],
  },
  'errands.dmctl-refused': {
    message: ['DM refused: {said}', 'DM 拒绝：{said}'],
    hint: ['Nothing was changed by this.', '没有产生任何更改。'],
  },
  'errands.dmctl-absent': {
    message: ['dmctl can’t be run: {why}', '无法运行 dmctl：{why}'],
    hint: ['Look at the host, and at the package of dmctl in the store.', '请检查主机以及仓库中的 dmctl 软件包。'],
  },
} satisfies Record<string, ProblemWords>

export const dmctlProblemWords = { ...lineProblems, ...warnings, ...effects, ...ends } satisfies Record<string, ProblemWords>

export const dmctlWords = {
  'plan.dmctl': ['Run dmctl', '运行 dmctl'],
  'step.dmctl': ['dmctl {line}', 'dmctl {line}'],
} satisfies Record<string, Pair>
