import type { ProblemWords } from './words'

/** Refusals of what a user asked for. */
export const usecasesProblems = {
  'usecases.operation-unknown': {
    message: ['There is no operation “{operation}”.', '没有名为“{operation}”的操作。'],
    hint: ['Known are deploy, start, stop and remove-deploy.', '支持 deploy、start、stop 和 remove-deploy。'],
  },
  'usecases.input-invalid': {
    message: ['The operation’s input is not as expected.', '操作的输入不符合要求。'],
    hint: ['Mend the fields that are listed.', '请修正列出的字段。'],
  },
  'usecases.cluster-unknown': {
    message: ['The panel knows no cluster “{name}”.', '面板中没有集群“{name}”。'],
    hint: ['Check the name in the list of clusters.', '请在集群列表中核对名称。'],
  },
  'usecases.cluster-renamed': {
    message: ['The cluster {name} is called {to} now.', '集群 {name} 现已更名为 {to}。'],
    hint: ['Go to {to}.', '请前往 {to}。'],
  },
  'usecases.name-kept': {
    message: ['The name {name} belongs to the cluster {to}, which had it before.', '名称 {name} 属于曾使用它的集群 {to}。'],
    hint: ['It is free when {to} has ended; choose another name.', '在 {to} 销毁后才可使用，请选择其他名称。'],
  },
  'usecases.cluster-exists': {
    message: ['A cluster “{name}” exists already.', '集群“{name}”已存在。'],
    hint: ['Choose another name.', '请换一个名称。'],
  },
  'usecases.already-started': {
    message: ['“{name}” has been started since its deploy; it may hold data.', '“{name}”部署后已启动过，可能已有数据。'],
    hint: ['Only a deploy of which nothing was started can be taken back.', '只有从未启动过的部署才能撤销。'],
  },
  'usecases.dmctl-by-plan': {
    message: ['This command changes something, or takes a file.', '该命令会进行更改，或需要文件。'],
    hint: [
      'Make a plan of it (operation dmctl), look at what will happen, and run that.',
      '请先为其生成计划（操作 dmctl），查看将发生什么，再执行。',
    ],
  },
  'usecases.adopted-read-only': {
    message: ['“{name}” was adopted; the panel shows it and changes nothing of it.', '“{name}”是接管的集群，面板只查看、不更改。'],
    hint: ['Use tiup for this act, or manage the cluster from here first.', '请使用 tiup 执行，或先在面板中接管管理。'],
  },
  'usecases.nothing-to-remove': {
    message: ['The panel has no record of a deploy of “{name}”.', '面板没有“{name}”的部署记录。'],
    hint: ['Open the jobs of this cluster and check.', '请查看该集群的作业记录。'],
  },
  'usecases.export-unknown': {
    message: ['There is no such export of this cluster.', '该集群没有这个导出。'],
    hint: ['Choose one from the list.', '请从列表中选择。'],
  },
  'usecases.credential-unknown': {
    message: ['The credential is unknown, or its secret was wiped.', '凭据不存在，或其密钥已被清除。'],
    hint: ['Choose another credential, or enter it anew.', '请选择其他凭据，或重新录入。'],
  },
  'usecases.credential-in-use': {
    message: [
      'The cluster “{cluster}” logs in by this credential, or its masters have it as the key of encrypted passwords.',
      '集群“{cluster}”正在使用此凭据登录，或其 master 以它作为密码加密密钥。',
    ],
    hint: ['Keep it as long as the panel manages that cluster.', '在面板管理该集群期间请保留它。'],
  },
  'usecases.jump-refused': {
    message: ['The jump hosts can’t be used like this.', '无法按此使用跳板机。'],
    hint: ['See what is missing below.', '请查看下列缺失项。'],
  },
  'usecases.secret-missing': {
    message: ['Neither a password nor a private key nor a key of the ssh-agent was given.', '密码、私钥和 ssh-agent 密钥均未填写。'],
    hint: ['Give one of them.', '请填写其中之一。'],
  },
  'usecases.sudo-password-missing': {
    message: ['sudo needs a password, and none was given.', 'sudo 需要密码，但未填写。'],
    hint: ['Give the password too, or choose sudo without a password.', '请同时填写密码，或选择免密 sudo。'],
  },
  'usecases.key-unreadable': {
    message: ['The private key can’t be read.', '无法读取该私钥。'],
    hint: [
      'Paste the whole key in OpenSSH or PEM (RSA) form; an encrypted PEM key needs its passphrase.',
      '请粘贴完整的 OpenSSH 或 PEM（RSA）格式私钥；加密的 PEM 私钥需要口令。',
    ],
  },
  'usecases.agent-key-bad': {
    message: ['This names no key of an ssh-agent.', '这不是 ssh-agent 中的密钥。'],
    hint: [
      'Give the public half as `ssh-add -L` prints it, or nothing for any key; no private key beside it.',
      '请按 `ssh-add -L` 的输出填写公钥，留空表示任意密钥；不要同时填写私钥。',
    ],
  },
  'usecases.runner-not-started': {
    message: ['The runner has never started, so nothing can be sealed for it.', 'runner 从未启动，无法加密保存。'],
    hint: ['Wait until /api/health shows the runner, then try again.', '请等 /api/health 显示 runner 正常后重试。'],
  },
  'usecases.runner-silent': {
    message: ['The runner did not answer in time.', 'runner 未及时响应。'],
    hint: ['Look at /api/health; try again when the runner is there.', '请查看 /api/health，待 runner 恢复后重试。'],
  },
  'usecases.plan-unknown': {
    message: ['There is no such plan.', '没有这个计划。'],
    hint: ['Ask for a new one.', '请重新生成计划。'],
  },
  'usecases.plan-not-ready': {
    message: ['The plan can’t be started: it is {state}.', '计划无法启动：当前状态为 {state}。'],
    hint: ['Wait until it is ready; a submitted one has its job already.', '请等待其就绪；已提交的计划已有对应作业。'],
  },
  'usecases.plan-has-errors': {
    message: ['Errors stand against this plan.', '该计划存在错误。'],
    hint: ['Mend what is listed, then ask for a new plan.', '请修正所列问题后重新生成计划。'],
  },
  'usecases.plan-altered': {
    message: ['The stored plan is not the one that was reviewed.', '存储的计划与审阅的不一致。'],
    hint: ['Do not run it; ask for a new plan and look into the database.', '请勿运行；请重新生成计划并检查数据库。'],
  },
  'usecases.plan-stale': {
    message: [
      'The cluster has changed since this plan was made (revision {planned}, now {now}).',
      '计划生成后集群已变更（修订 {planned}，现为 {now}）。',
    ],
    hint: ['Ask for a new plan and review it.', '请重新生成并审阅计划。'],
  },
  'usecases.cluster-busy': {
    message: ['Job {number} ({operation}) holds the cluster “{cluster}”.', '作业 {number}（{operation}）正占用集群“{cluster}”。'],
    hint: ['Wait for its end, answer its question, or cancel it.', '请等待其结束、回答其问题或取消它。'],
  },
  'usecases.name-mismatch': {
    message: ['The typed name is not “{name}”.', '输入的名称不是“{name}”。'],
    hint: ['This can’t be undone: type the cluster’s exact name to confirm.', '此操作不可撤销：请准确输入集群名称以确认。'],
  },
  'usecases.consent-missing': {
    message: ['Some warnings were not consented to.', '有警告尚未确认。'],
    hint: ['Read each warning that is listed and consent to it.', '请阅读并逐条确认所列警告。'],
  },
  'usecases.facts-too-old': {
    message: ['The plan was made from what was seen {minutes} minutes ago.', '计划依据的是 {minutes} 分钟前的状态。'],
    hint: ['Ask for a new plan; hosts may have changed.', '主机状态可能已变化，请重新生成计划。'],
  },
  'usecases.step-unknown': {
    message: ['The plan has no step “{step}”.', '计划中没有步骤“{step}”。'],
    hint: ['Take a step’s id from the plan’s document.', '请使用计划文档中的步骤 ID。'],
  },
  'usecases.blob-unknown': {
    message: ['The plan names no such file.', '计划中没有这个文件。'],
    hint: ['Take a file’s hash from the plan’s document.', '请使用计划文档中的文件哈希。'],
  },
  'usecases.job-unknown': { message: ['There is no such job.', '没有这个作业。'], hint: ['Look at the list of jobs.', '请查看作业列表。'] },
  'usecases.job-ended': {
    message: ['Job {number} has ended.', '作业 {number} 已结束。'],
    hint: ['Nothing more can be done with it; start another.', '无法再对其操作，请另行启动。'],
  },
  'usecases.question-closed': {
    message: ['That question is not open any more.', '该问题已不再等待回答。'],
    hint: ['Somebody else was faster, or the job went on: look at its page.', '可能已有他人回答或作业已继续，请查看作业页面。'],
  },
  'usecases.choice-not-offered': {
    message: ['The question does not offer that choice.', '该问题没有这个选项。'],
    hint: ['Choose one of those that the question lists.', '请选择问题列出的选项。'],
  },
  'usecases.reason-missing': {
    message: ['“{choice}” needs a reason.', '“{choice}”需要填写原因。'],
    hint: ['Say why; it goes into the audit.', '请说明原因，它会记入审计。'],
  },
  'usecases.host-key-changed': {
    message: ['The host key of {host} is not the pinned one.', '{host} 的主机密钥与已固定的不一致。'],
    hint: [
      'Find out why it changed before you trust it: a new machine, or somebody in between. An operator can then replace it.',
      '信任前请先查明原因：可能是更换了机器，也可能有人从中截取。确认后可由操作员替换。',
    ],
  },
  'usecases.package-empty': {
    message: ['The upload holds nothing.', '上传内容为空。'],
    hint: ['Send the archive itself as the body.', '请将归档文件作为请求体发送。'],
  },
  'usecases.package-too-large': {
    message: ['The archive is larger than {limit} bytes.', '归档文件超过 {limit} 字节。'],
    hint: ['Packages may have 2 GiB; free quota and disk may allow less.', '软件包最大 2 GiB，受配额和磁盘空间限制可能更小。'],
  },
  'usecases.quota-exceeded': {
    message: ['The packages’ quota of {quota} bytes is used up.', '软件包配额 {quota} 字节已用尽。'],
    hint: [
      'Remove packages that no cluster uses, or raise DM_PANEL_PACKAGE_QUOTA_GIB.',
      '请删除未使用的软件包，或调大 DM_PANEL_PACKAGE_QUOTA_GIB。',
    ],
  },
  'usecases.disk-full': {
    message: ['Only {free} bytes are free on the panel’s disk.', '面板磁盘仅剩 {free} 字节可用。'],
    hint: ['Free some space on the disk of the data folder.', '请清理数据目录所在磁盘。'],
  },
  'usecases.package-unknown': { message: ['There is no such package.', '没有这个软件包。'], hint: ['Look at the list.', '请查看列表。'] },
  'usecases.package-in-use': {
    message: ['The cluster “{cluster}” runs from this package.', '集群“{cluster}”正在使用该软件包。'],
    hint: ['It is needed to repair that cluster; keep it.', '修复该集群时需要它，请保留。'],
  },
  'usecases.package-in-job': {
    message: ['Job {job} is about to use this package.', '任务 {job} 即将使用该软件包。'],
    hint: ['Wait until it has ended.', '请等待该任务结束。'],
  },
  'usecases.plan-package-gone': {
    message: ['{package} was deleted from the store since the review.', '评审之后 {package} 已从库中删除。'],
    hint: ['Fetch or upload it again, or choose another one, and look at a new plan.', '请重新获取或上传，或另选安装包，并重新生成计划。'],
  },
  'usecases.package-in-ledger': {
    message: ['The cluster “{cluster}” may go back to this package.', '集群“{cluster}”可能需要回退到该软件包。'],
    hint: ['Its ledger names it: keep it as long as the panel manages that cluster.', '台账中有记录：在面板管理该集群期间请保留。'],
  },
  'usecases.ledger-entry-unknown': {
    message: ['The ledger has no such entry.', '台账中没有该记录。'],
    hint: ['Look at the ledger of the cluster.', '请查看该集群的台账。'],
  },
  'usecases.mirror-changed': {
    message: ['The mirror {location} does not show that fingerprint.', '镜像 {location} 的指纹与此不符。'],
    hint: ['Read it anew and compare the fingerprint with its owner.', '请重新读取并与镜像所有者核对指纹。'],
  },
  'usecases.errand-unknown': {
    message: ['There is no such piece of work, or somebody else asked for it.', '没有这项工作，或它由他人发起。'],
    hint: ['Ask again.', '请重新发起。'],
  },
  'usecases.instance-unknown': {
    message: ['The cluster has no node “{instance}”.', '集群中没有节点“{instance}”。'],
    hint: ['Take its ID from the display.', '请使用 display 中的 ID。'],
  },
  'usecases.log-unknown': {
    message: ['The node keeps no log “{file}”.', '该节点没有日志“{file}”。'],
    hint: ['Choose one of its own log files.', '请选择它自己的日志文件。'],
  },
  'usecases.file-forgotten': {
    message: ['The content of {path} is not known here any more.', '此处已没有 {path} 的内容。'],
    hint: ['Give the file again.', '请重新提供该文件。'],
  },
  'usecases.secret-forgotten': {
    message: ['The secret at {key} is not known any more.', '{key} 处的密钥已不再保存。'],
    hint: ['Type it again in place of the stars.', '请在星号处重新输入。'],
  },
  'usecases.secret-misplaced': {
    message: ['{key} looks like a secret in a place where the panel can’t keep one.', '{key} 看似密钥，但面板无法在此处安全保存。'],
    hint: ['Remove it, or name a file on the host that holds it.', '请删除它，或改为引用主机上保存它的文件。'],
  },
  'usecases.secret-not-in-place': {
    message: ['The secret at {key} is written elsewhere in the text.', '{key} 处的密钥写在文本的其他位置。'],
    hint: ['Write it at its place, not by a YAML alias.', '请直接写在该处，不要使用 YAML 别名。'],
  },
  'usecases.secret-in-url': {
    message: ['The URL at {key} holds a password.', '{key} 处的 URL 中含有密码。'],
    hint: ['Use basic_auth with username and password instead.', '请改用 basic_auth 的 username 和 password。'],
  },
  'usecases.secret-unfit': {
    message: [
      'The secret at {key} has a back quote or a line break, which Grafana’s file can’t hold.',
      '{key} 处的密钥含反引号或换行，Grafana 配置文件无法保存。',
    ],
    hint: ['Choose another password.', '请更换密码。'],
  },
  'usecases.tiup-archive-refused': {
    message: ['The archive was refused: {detail}.', '归档文件被拒绝：{detail}。'],
    hint: [
      'Make it on the machine where tiup runs: tar -czf dm.tar.gz -C ~/.tiup/storage/dm clusters',
      '请在运行 tiup 的机器上打包：tar -czf dm.tar.gz -C ~/.tiup/storage/dm clusters',
    ],
  },
  'usecases.tiup-archive-empty': {
    message: ['The archive holds no clusters/NAME/meta.yaml.', '归档中没有 clusters/名称/meta.yaml。'],
    hint: ['Pack the folder ~/.tiup/storage/dm with its clusters.', '请打包 ~/.tiup/storage/dm 目录及其中的 clusters。'],
  },
  'usecases.known-hosts-hashed': {
    message: ['Line {line} hides its host’s name.', '第 {line} 行的主机名是哈希值。'],
    hint: ['Write the address in clear, or confirm the key by a probe.', '请写明地址，或通过探测确认密钥。'],
  },
  'usecases.known-hosts-pattern': {
    message: ['Line {line} names a pattern, not a host.', '第 {line} 行是通配模式，不是具体主机。'],
    hint: ['Write one address per host.', '请逐一写出主机地址。'],
  },
  'usecases.known-hosts-marker': {
    message: ['Line {line} has a marker that the panel does not use.', '第 {line} 行含面板不支持的标记。'],
    hint: ['Certificates and revocations are left to sshd.', '证书与吊销请交由 sshd 处理。'],
  },
  'usecases.known-hosts-malformed': {
    message: ['Line {line} holds no host key that can be read.', '第 {line} 行没有可读取的主机密钥。'],
    hint: ['A line is: host, key type, key in base64.', '格式：主机 密钥类型 base64 密钥。'],
  },
  'usecases.known-hosts-empty': {
    message: ['The text holds no host key that can be pinned.', '文本中没有可固定的主机密钥。'],
    hint: [
      'Take it from ssh-keyscan or from ~/.ssh/known_hosts, with names in clear.',
      '请使用 ssh-keyscan 或未哈希的 ~/.ssh/known_hosts。',
    ],
  },
  'usecases.host-key-unknown': {
    message: ['No such host key is pinned.', '没有固定该主机密钥。'],
    hint: ['Look at the list of host keys.', '请查看主机密钥列表。'],
  },
  'usecases.draft-unknown': { message: ['There is no draft.', '没有草稿。'], hint: ['Begin anew.', '请重新开始。'] },
  'usecases.audit-unknown': {
    message: ['There is no such audit record.', '没有这条审计记录。'],
    hint: ['Search the list by job, actor or command.', '请按作业、操作者或命令搜索。'],
  },
} satisfies Record<string, ProblemWords>
