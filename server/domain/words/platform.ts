import type { Pair, ProblemWords } from './words'

/** Sign-in, users, tokens, requests. */
export const platformProblems = {
  'platform.internal': {
    message: ['The panel failed to answer this request (reference {reference}).', '面板处理此请求时出错（参考编号 {reference}）。'],
    hint: ['Try again. If it stays, search the panel’s log for the reference.', '请重试。若仍然出现，请在面板日志中搜索该参考编号。'],
  },
  'platform.not-found': {
    message: ['There is nothing at {method} {path}.', '{method} {path} 不存在。'],
    hint: ['See /api/openapi.json for all that the API offers.', '接口列表见 /api/openapi.json。'],
  },
  'platform.sign-in-needed': {
    message: ['You are not signed in, or your session has ended.', '您尚未登录，或会话已结束。'],
    hint: [
      'Sign in, or send a valid API token as “Authorization: Bearer …”.',
      '请登录，或以 “Authorization: Bearer …” 发送有效的 API 令牌。',
    ],
  },
  'platform.role-too-low': {
    message: ['This needs the role {needed}; you act as {role}.', '此操作需要 {needed} 角色；您当前的角色是 {role}。'],
    hint: ['Ask an administrator of this panel.', '请联系本面板的管理员。'],
  },
  'platform.foreign-origin': {
    message: ['The request comes from another site ({origin}).', '该请求来自其他站点（{origin}）。'],
    hint: [
      'Open the panel by its own address. Behind a reverse proxy, pass the Host header on and set DM_PANEL_TRUST_PROXY=1.',
      '请使用面板自身的地址访问。若位于反向代理之后，请转发 Host 头并设置 DM_PANEL_TRUST_PROXY=1。',
    ],
  },
  'platform.wrong-sign-in': {
    message: ['The e-mail address or the password is wrong.', '邮箱地址或密码错误。'],
    hint: ['Check both. An administrator can set a new password.', '请检查两者。管理员可以重设密码。'],
  },
  'platform.too-many-attempts': {
    message: ['Too many attempts from your address.', '来自您地址的尝试次数过多。'],
    hint: ['Wait a minute, then try again.', '请等待一分钟后重试。'],
  },
  'platform.request-invalid': {
    message: ['The request is not as the API expects it.', '请求不符合接口要求。'],
    hint: ['See the listed fields and /api/openapi.json.', '请查看列出的字段以及 /api/openapi.json。'],
  },
  'platform.field-invalid': {
    message: ['{field}: {reason}', '{field}：{reason}'],
    hint: ['Correct this field.', '请修正此字段。'],
  },
  'platform.body-too-large': {
    message: ['The request is larger than {limit} bytes.', '请求超过 {limit} 字节。'],
    hint: ['Send less. Packages are uploaded at their own address.', '请减小请求内容。软件包有专门的上传地址。'],
  },
  'platform.setup-done': {
    message: ['This panel already has an administrator.', '本面板已有管理员。'],
    hint: ['Sign in instead.', '请直接登录。'],
  },
  'platform.setup-token-wrong': {
    message: ['This setup link is not valid.', '此设置链接无效。'],
    hint: [
      'Use the link that the panel printed when it last started; each start prints a new one.',
      '请使用面板最近一次启动时打印的链接；每次启动都会打印新的链接。',
    ],
  },
  'platform.email-taken': {
    message: ['There already is a user with the address {email}.', '邮箱 {email} 已被使用。'],
    hint: ['Choose another address.', '请使用其他邮箱。'],
  },
  'platform.user-unknown': {
    message: ['There is no such user.', '没有该用户。'],
    hint: ['Reload the list of users.', '请刷新用户列表。'],
  },
  'platform.last-admin': {
    message: ['This would leave the panel without an administrator.', '此操作会使面板没有管理员。'],
    hint: ['Make another user an administrator first.', '请先将另一位用户设为管理员。'],
  },
  'platform.token-unknown': {
    message: ['There is no such API token.', '没有该 API 令牌。'],
    hint: ['Reload the list of tokens.', '请刷新令牌列表。'],
  },
  'platform.token-scope-too-high': {
    message: ['A token can’t have the scope {scope}: your own role is {role}.', '令牌不能拥有 {scope} 权限：您的角色是 {role}。'],
    hint: ['Choose your role or a lower one.', '请选择不高于您自身角色的权限。'],
  },
  'platform.password-wrong': {
    message: ['The current password is wrong.', '当前密码错误。'],
    hint: ['Enter the password that you sign in with.', '请输入您登录时使用的密码。'],
  },
} satisfies Record<string, ProblemWords>

export const platformWords = {
  'platform.role.viewer': ['Viewer', '只读'],
  'platform.role.operator': ['Operator', '操作员'],
  'platform.role.admin': ['Administrator', '管理员'],
} satisfies Record<string, Pair>
