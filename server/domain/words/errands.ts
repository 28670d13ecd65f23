import type { ProblemWords } from './words'

const host = (en: string, zh: string, hintEn: string, hintZh: string): ProblemWords => ({
  message: [`{host}: ${en} ({detail})`, `{host}：${zh}（{detail}）`],
  hint: [hintEn, hintZh],
})

/** Why work on hosts, packages and mirrors could not be done. */
export const errandsProblems = {
  'errands.unreachable': host(
    'can’t be reached',
    '无法连接',
    'Check address, port and firewall from the panel’s machine.',
    '请从面板所在机器检查地址、端口和防火墙。',
  ),
  'errands.connect-timeout': host(
    'did not answer in time',
    '连接超时',
    'Check that the host is up, or raise the connect timeout.',
    '请确认主机在线，或调大连接超时。',
  ),
  'errands.auth-refused': host(
    'refused the login',
    '拒绝登录',
    'Check user name, password or key, and that sshd allows it.',
    '请检查用户名、密码或密钥，以及 sshd 是否允许。',
  ),
  'errands.host-key-unknown': host(
    'its host key is not confirmed yet',
    '主机密钥尚未确认',
    'Compare its fingerprint and confirm it first.',
    '请先核对并确认其指纹。',
  ),
  'errands.host-key-changed': host(
    'shows another host key than the pinned one',
    '主机密钥与已固定的不一致',
    'Find out why before you trust it; nothing was sent to it.',
    '信任前请查明原因；尚未向其发送任何凭据。',
  ),
  'errands.dropped': host(
    'the connection was lost',
    '连接中断',
    'Try again; look at the network when it stays.',
    '请重试；若持续出现请检查网络。',
  ),
  'errands.sudo-refused': host(
    'sudo refused',
    'sudo 被拒绝',
    'Allow the login user to be root by sudo.',
    '请允许登录用户通过 sudo 获取 root 权限。',
  ),
  'errands.upload-corrupt': host(
    'what arrived is not what was sent',
    '上传内容校验失败',
    'Check the disk of the host, then try again.',
    '请检查该主机磁盘后重试。',
  ),
  'errands.no-ssh-client': host(
    'the system’s SSH client can’t be run',
    '系统 SSH 客户端无法运行',
    'Install openssh-client where the panel runs, set DM_PANEL_SSH to its path, or choose the builtin client.',
    '请在面板所在机器上安装 openssh-client，或用 DM_PANEL_SSH 指定其路径，或改用内置客户端。',
  ),
  'errands.no-agent': host(
    'the ssh-agent of the panel’s machine can’t log in',
    '面板所在机器的 ssh-agent 无法用于登录',
    'Start the agent, add the key by ssh-add, and set DM_PANEL_SSH_AGENT to its socket before the panel starts.',
    '请启动 agent 并用 ssh-add 添加密钥，在启动面板前将 DM_PANEL_SSH_AGENT 设为其 socket 路径。',
  ),
  'errands.log-unreadable': {
    message: ['{file} can’t be read: {detail}', '无法读取 {file}：{detail}'],
    hint: ['The node may never have started; then it has no log.', '节点可能从未启动，因此没有日志。'],
  },
  'errands.log-absent': {
    message: ['There is no {file} yet.', '{file} 尚不存在。'],
    hint: [
      'The process writes it when it first has something to say; one that was never started has none.',
      '进程首次输出时才会写入；从未启动的进程没有日志。',
    ],
  },
  'errands.file-not-rendered': {
    message: ['The panel puts no file {path} on {host}.', '面板不会在 {host} 上生成 {path}。'],
    hint: [
      'Only files that the panel renders can be compared. Look again: the topology may have changed.',
      '只能比较面板渲染的文件。请重新检查：拓扑可能已变更。',
    ],
  },
  'errands.file-unreadable': {
    message: ['The deploy user can’t read {path} on {host}: {detail}', '部署用户无法读取 {host} 上的 {path}：{detail}'],
    hint: [
      'Its owner or mode was changed by hand. Reload puts file, owner and mode back.',
      '属主或权限被手工修改。reload 会恢复文件、属主和权限。',
    ],
  },
  'errands.package-refused': {
    message: ['The archive “{name}” was refused.', '归档“{name}”被拒绝。'],
    hint: ['See what is wrong with it below; take an archive as TiUP publishes it.', '请查看下列原因；请使用 TiUP 发布的归档。'],
  },
  'errands.package-version-unknown': {
    message: ['The name “{name}” does not tell the version.', '无法从文件名“{name}”得知版本。'],
    hint: ['Name the file COMPONENT-VERSION-OS-ARCH.tar.gz.', '请将文件命名为 组件-版本-系统-架构.tar.gz。'],
  },
  'errands.mirror-root-unset': {
    message: ['The folder {location} can’t be read: no root for local mirrors is set.', '无法读取目录 {location}：未设置本地镜像根目录。'],
    hint: ['Set DM_PANEL_MIRROR_ROOT and restart the panel.', '请设置 DM_PANEL_MIRROR_ROOT 并重启面板。'],
  },
  'errands.mirror-unconfirmed': {
    message: ['The mirror {location} is not trusted yet.', '尚未信任镜像 {location}。'],
    hint: ['An administrator compares and confirms its fingerprint first.', '请管理员先核对并确认其指纹。'],
  },
  'errands.component-unknown': {
    message: ['“{component}” is no component of a DM cluster.', '“{component}”不是 DM 集群的组件。'],
    hint: ['Choose one of the list.', '请从列表中选择。'],
  },
  'errands.meta-unreadable': {
    message: ['The meta.yaml of “{name}” can’t be understood.', '无法解析“{name}”的 meta.yaml。'],
    hint: ['See what is wrong with it below.', '请查看下列原因。'],
  },
  'errands.key-unreadable': {
    message: ['The SSH key of “{name}” is missing or can’t be read.', '“{name}”的 SSH 密钥缺失或无法读取。'],
    hint: ['It should be ssh/id_rsa beside meta.yaml.', '它应位于 meta.yaml 旁的 ssh/id_rsa。'],
  },
  'errands.tiup-root-unset': {
    message: ['No root for TiUP folders is set.', '未设置 TiUP 目录的根目录。'],
    hint: ['Set DM_PANEL_TIUP_ROOT and restart the panel.', '请设置 DM_PANEL_TIUP_ROOT 并重启面板。'],
  },
  'errands.tiup-folder-unknown': {
    message: ['No TiUP storage folder was found at {path}.', '在 {path} 未找到 TiUP 存储目录。'],
    hint: [
      'Name a folder below DM_PANEL_TIUP_ROOT that holds clusters/NAME/meta.yaml.',
      '请指定 DM_PANEL_TIUP_ROOT 之下含 clusters/名称/meta.yaml 的目录。',
    ],
  },
  'errands.tiup-storage-unknown': {
    message: ['{host} has no TiUP storage folder at {path}.', '{host} 上的 {path} 不是 TiUP 存储目录。'],
    hint: [
      'Name the folder there that holds clusters/NAME/meta.yaml, or log in as the user who runs tiup.',
      '请指定该机器上含 clusters/名称/meta.yaml 的目录，或以运行 tiup 的用户登录。',
    ],
  },
  'errands.tiup-archive-gone': {
    message: ['The uploaded archive is not there any more.', '上传的归档已不存在。'],
    hint: ['Upload it again.', '请重新上传。'],
  },
  'errands.simulator-silent': {
    message: ['The simulated hosts did not start within a minute.', '模拟主机未能在一分钟内启动。'],
    hint: [
      'Look at what the panel printed; they need port 22022 on 127.1.0.11 and the addresses after it, which Linux allows.',
      '请查看面板输出；它们需要 127.1.0.11 起各地址的 22022 端口（Linux 支持）。',
    ],
  },
  'errands.kind-unknown': {
    message: ['The runner does not know the work “{kind}”.', 'runner 不认识工作类型“{kind}”。'],
    hint: ['Web and runner may be of different versions: restart the panel.', 'web 与 runner 版本可能不一致，请重启面板。'],
  },
} satisfies Record<string, ProblemWords>
