import type { Pair, ProblemWords } from './words'

/** rotate-ssh: the deploy user's key. */
export const rotateProblems = {
  'rotate.away': {
    message: ['{hosts} can’t be reached, so that the new key can’t be put there.', '无法连接 {hosts}，不能放置新密钥。'],
    hint: [
      'Wait until it is back. Or choose to leave it out: it keeps the former key, and the rotation is finished there later.',
      '请等待其恢复；也可以选择跳过：该主机保留旧密钥，稍后再完成轮换。',
    ],
  },
  'rotate.left': {
    message: ['{hosts} can’t be reached: the former key stays there.', '无法连接 {hosts}：旧密钥仍保留在那里。'],
    hint: [
      'The panel can’t work on it until the rotation is finished there: run this operation again when it is back.',
      '在那里完成轮换之前，面板无法操作该主机：恢复后请再次执行本操作。',
    ],
  },
  'rotate.still-away': {
    message: ['{hosts} can’t be reached still, and keeps the former key.', '{hosts} 仍无法连接，旧密钥继续保留。'],
    hint: ['The others are finished by this plan. Run it again for the rest.', '本计划会完成其他主机；其余请稍后再次执行。'],
  },
  'rotate.all-away': {
    message: ['None of the hosts can be reached.', '所有主机都无法连接。'],
    hint: ['See why on the hosts page.', '请在主机页面查看原因。'],
  },
  'rotate.no-key': {
    message: ['{cluster} is not reached by a key that the panel holds.', '{cluster} 并非通过面板保管的密钥登录。'],
    hint: ['Only a key can be rotated.', '只有密钥可以轮换。'],
  },
  'rotate.shared': {
    message: ['{clusters} log in to the same hosts by the same key.', '{clusters} 以同一密钥登录相同的主机。'],
    hint: ['They would be locked out. Give them keys of their own first.', '轮换会使其无法登录。请先为其配置各自的密钥。'],
  },
  'engine.key-not-accepted': {
    message: ['{user} is not let in by the new key: {detail}', '{user} 无法用新密钥登录：{detail}'],
    hint: [
      'The former key still works; nothing was switched. See AuthorizedKeysFile and AuthorizedKeysCommand in the host’s sshd_config.',
      '旧密钥仍然有效，尚未切换。请检查主机 sshd_config 中的 AuthorizedKeysFile 与 AuthorizedKeysCommand。',
    ],
  },
  'engine.key-still-works': {
    message: ['{user} is still let in by the former key.', '{user} 仍可用旧密钥登录。'],
    hint: [
      'It is in another file too, or in a directory service. Take it away there, then try again.',
      '它还存在于其他文件或目录服务中。请先在那里移除，再重试。',
    ],
  },
} satisfies Record<string, ProblemWords>

export const rotateWords = {
  'plan.rotate-add': ['Put the new key beside the former one', '在旧密钥旁放置新密钥'],
  'plan.rotate-prove': ['Prove the new key on every host', '在每台主机上验证新密钥'],
  'plan.rotate-switch': ['Switch the cluster to the new key', '将集群切换到新密钥'],
  'plan.rotate-remove': ['Take the former key away', '移除旧密钥'],
  'step.login-works': ['{user} is let in by the new key, by a fresh connection', '{user} 用新密钥建立全新连接并登录成功'],
  'step.login-refused': ['{user} is refused by the former key, by a fresh connection', '{user} 用旧密钥建立全新连接时被拒绝'],
  'step.recorded-key-switched': ['From now on the cluster is reached by the new key', '此后以新密钥登录集群'],
  'step.recorded-former-key-gone': ['{host} no longer has the former key', '{host} 上已无旧密钥'],
} satisfies Record<string, Pair>
