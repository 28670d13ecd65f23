import type { Pair, ProblemWords } from './words'

/** What messages to people say. */
export const notifyWords = {
  'notify.job-ended.succeeded': ['{deed} {cluster}: succeeded (job #{job})', '{deed} {cluster}：成功（任务 #{job}）'],
  'notify.job-ended.cancelled': ['{deed} {cluster}: cancelled (job #{job})', '{deed} {cluster}：已取消（任务 #{job}）'],
  'notify.job-failed': ['{deed} {cluster}: failed (job #{job})', '{deed} {cluster}：失败（任务 #{job}）'],
  'notify.job-question.step-failed': [
    '{deed} {cluster}: a step failed, job #{job} waits for a decision',
    '{deed} {cluster}：有步骤失败，任务 #{job} 等待决定',
  ],
  'notify.job-question.gate-failed': [
    '{deed} {cluster}: an instance did not become healthy, job #{job} waits for a decision',
    '{deed} {cluster}：有实例未恢复健康，任务 #{job} 等待决定',
  ],
  'notify.job-question.unknown': [
    '{deed} {cluster}: it is not known whether a step ran, job #{job} waits for a decision',
    '{deed} {cluster}：无法确定某步骤是否执行过，任务 #{job} 等待决定',
  ],
  'notify.job-question.pause': [
    '{deed} {cluster}: job #{job} paused and waits for you to continue',
    '{deed} {cluster}：任务 #{job} 已暂停，等待继续',
  ],
  'notify.node-down': ['{cluster}: {role} {node} is down', '{cluster}：{role} {node} 已下线'],
  'notify.node-up': ['{cluster}: {role} {node} is up again', '{cluster}：{role} {node} 已恢复'],
  'notify.host-down': ['{cluster}: host {node} does not answer', '{cluster}：主机 {node} 无响应'],
  'notify.host-up': ['{cluster}: host {node} answers again', '{cluster}：主机 {node} 恢复响应'],
  'notify.leader-lost': ['{cluster}: no DM-master leads', '{cluster}：没有 DM-master 担任 leader'],
  'notify.leader-back': ['{cluster}: {leader} leads again', '{cluster}：{leader} 重新担任 leader'],
  'notify.hotfix-due.soon': ['{cluster}: a hotfix is due on {due}', '{cluster}：热修复将于 {due} 到期'],
  'notify.hotfix-due.overdue': ['{cluster}: a hotfix was due on {due}', '{cluster}：热修复已于 {due} 到期'],
  'notify.upgrade-open': [
    '{cluster}: the upgrade from {from} to {to} has not been finalised for {days} days',
    '{cluster}：从 {from} 到 {to} 的升级已有 {days} 天未确认',
  ],
  'notify.test': ['A test message of DM Panel', '来自 DM Panel 的测试消息'],
  'notify.line.cluster': ['Cluster: {cluster}', '集群：{cluster}'],
  'notify.line.by': ['Started by: {by}', '发起人：{by}'],
  'notify.line.asked-by': ['Sent by: {by}', '发送人：{by}'],
  'notify.line.where': ['Where: {where}', '位置：{where}'],
  'notify.line.reason': ['Reason: {reason}', '原因：{reason}'],
  'notify.line.seen': ['Seen: {why}', '观察到：{why}'],
  'notify.line.host': ['Host: {host}', '主机：{host}'],
  'notify.line.nodes': ['Instances: {nodes}', '实例：{nodes}'],
  'notify.line.ticket': ['Ticket: {ticket}', '工单：{ticket}'],
  'notify.line.at': ['Time: {at}', '时间：{at}'],
  'notify.line.held-back': [
    '{count} changes of it before this one came too soon after another and were not sent.',
    '此前 {count} 次变化间隔过短，未发送。',
  ],
  'notify.open': ['Open in DM Panel', '在 DM Panel 中打开'],
} satisfies Record<string, Pair>

/** Why a message did not arrive, and what is wrong with a channel. */
export const notifyProblems = {
  'notify.timeout': {
    message: ['The receiver did not answer within {seconds} s.', '接收方在 {seconds} 秒内没有应答。'],
    hint: ['Check that the machine of this panel may reach it.', '请检查面板所在机器能否访问该地址。'],
  },
  'notify.unreachable': {
    message: ['The receiver can’t be reached: {detail}.', '无法连接接收方：{detail}。'],
    hint: ['Check the address, and that the machine of this panel may reach it.', '请检查地址，以及面板所在机器能否访问该地址。'],
  },
  'notify.redirected': {
    message: [
      'The receiver answered {status} with another address; redirects are not followed.',
      '接收方以 {status} 返回了另一个地址；面板不跟随重定向。',
    ],
    hint: ['Give the final address to the channel.', '请在通道中填写最终地址。'],
  },
  'notify.status': {
    message: ['The receiver answered {status}: {answer}', '接收方返回 {status}：{answer}'],
    hint: ['Check address and token of the channel.', '请检查通道的地址与令牌。'],
  },
  'notify.not-taken': {
    message: ['The receiver did not take the message: {answer}', '接收方未接受该消息：{answer}'],
    hint: [
      'Check the robot’s settings: its secret, its key words, and which addresses it takes messages from.',
      '请检查机器人的设置：密钥、关键词以及 IP 白名单。',
    ],
  },
  'notify.mail-tls': {
    message: ['No encrypted connection to the mail server: {detail}.', '无法与邮件服务器建立加密连接：{detail}。'],
    hint: [
      'It may not offer STARTTLS, want TLS from the beginning (usually port 465), or show a certificate that this machine does not trust (NODE_EXTRA_CA_CERTS).',
      '服务器可能不支持 STARTTLS，或要求直接使用 TLS（通常为 465 端口），或其证书不受本机信任（NODE_EXTRA_CA_CERTS）。',
    ],
  },
  'notify.mail-login': {
    message: ['The mail server refused the login: {answer}', '邮件服务器拒绝登录：{answer}'],
    hint: [
      'Check user and password; many services want a password made for programs.',
      '请检查用户名与密码；许多服务要求使用应用专用密码。',
    ],
  },
  'notify.mail-sender': {
    message: ['The mail server refused the sender: {answer}', '邮件服务器拒绝发件人：{answer}'],
    hint: ['Give a sender that this login may use.', '请填写该登录允许使用的发件人地址。'],
  },
  'notify.mail-recipient': {
    message: ['The mail server refused every recipient: {answer}', '邮件服务器拒绝了所有收件人：{answer}'],
    hint: ['Check the recipients; a server may want a login before it passes mail on.', '请检查收件人；服务器可能要求登录后才转发邮件。'],
  },
  'notify.mail-some': {
    message: ['The mail server took the message, but not for {to}: {answer}', '邮件服务器接受了邮件，但拒绝了收件人 {to}：{answer}'],
    hint: [
      'The others have it, so it is not sent again by itself. Correct the recipients.',
      '其他收件人已收到，因此不会自动重发。请更正收件人。',
    ],
  },
  'notify.mail-refused': {
    message: ['The mail server did not take the message: {answer}', '邮件服务器未接受邮件：{answer}'],
    hint: ['What it answered says why.', '请根据服务器的应答排查。'],
  },
  'notify.secret-gone': {
    message: ['The address of this channel can’t be read.', '无法读取此通道的地址。'],
    hint: ['Enter its address and secret anew.', '请重新填写地址与密钥。'],
  },
  'usecases.channel-unknown': {
    message: ['There is no such channel.', '没有该通道。'],
    hint: ['It may have been removed meanwhile. Read the list again.', '可能已被删除，请刷新列表。'],
  },
  'usecases.channel-secret-missing': {
    message: ['A signed webhook needs a secret.', '签名 Webhook 需要密钥。'],
    hint: ['Give a secret of at least 16 characters that the receiver knows too.', '请填写至少 16 个字符、且接收方也知道的密钥。'],
  },
  'usecases.channel-address-bad': {
    message: ['The address has a user name or a password in it.', '地址中包含用户名或密码。'],
    hint: [
      'Give an address without them; a token belongs in its path or its query.',
      '请填写不含用户名和密码的地址；令牌应位于路径或查询参数中。',
    ],
  },
  'usecases.channel-address-kind': {
    message: ['The address is none of this kind of channel.', '地址与通道类型不符。'],
    hint: [
      'Mail has a server (smtp or smtps); every other kind an http or https address.',
      '邮件通道使用 smtp 或 smtps 服务器；其他类型使用 http 或 https 地址。',
    ],
  },
  'usecases.channel-mail-server': {
    message: ['The mail server is no host with a port.', '邮件服务器不是有效的“主机:端口”。'],
    hint: ['Give it as mail.example.com:587.', '请填写为 mail.example.com:587 的形式。'],
  },
  'usecases.channel-mail-from': {
    message: ['The sender is no mail address.', '发件人不是有效的邮箱地址。'],
    hint: ['Give one address, as dm-panel@example.com.', '请填写一个地址，如 dm-panel@example.com。'],
  },
  'usecases.channel-mail-to': {
    message: ['The recipients are not 1 to 20 mail addresses.', '收件人应为 1 到 20 个有效的邮箱地址。'],
    hint: ['Give them with commas in between.', '请用逗号分隔。'],
  },
  'usecases.channel-mail-user': {
    message: ['The user of the mail server can’t be one.', '邮件服务器的用户名无效。'],
    hint: ['It has no line ends, and at most 320 characters.', '用户名不得包含换行，且不超过 320 个字符。'],
  },
  'usecases.channel-login-half': {
    message: ['The login of a mail server has a user and a password, or neither.', '邮件服务器的登录需同时填写用户名与密码，或都不填。'],
    hint: [
      'When the server or the user changes, enter the password again; it is never sent to a server that it was not given for.',
      '更改服务器或用户名时，请重新输入密码；密码不会发送到未为其填写的服务器。',
    ],
  },
  'usecases.delivery-unknown': {
    message: ['There is no such message, or it was sent.', '没有该消息，或已发送。'],
    hint: ['Read the list again.', '请刷新列表。'],
  },
} satisfies Record<string, ProblemWords>
