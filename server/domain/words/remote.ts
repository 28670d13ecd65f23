import type { Pair, ProblemWords } from './words'

/** Words of hosts that are reached, of mirrors and of packages. Codes of `LinkLost` are `remote.<code>`. */
export const remoteProblems = {
  'remote.unreachable': {
    message: ['{host} can’t be reached: {detail}', '无法连接 {host}：{detail}'],
    hint: ['Check the address, the SSH port, the firewall, and that sshd runs.', '请检查地址、SSH 端口、防火墙，以及 sshd 是否在运行。'],
  },
  'remote.connect-timeout': {
    message: ['{host} did not answer in time: {detail}', '{host} 未及时响应：{detail}'],
    hint: ['Check the network between this panel and the host.', '请检查面板与主机之间的网络。'],
  },
  'remote.auth-refused': {
    message: ['{host} refused the login: {detail}', '{host} 拒绝登录：{detail}'],
    hint: ['Check the user name and the credential.', '请检查用户名和凭据。'],
  },
  'remote.host-key-unknown': {
    message: ['The host key of {host} is not confirmed yet: {detail}', '{host} 的主机密钥尚未确认：{detail}'],
    hint: ['Compare the fingerprint with the host’s own and confirm it.', '请与主机上的指纹核对后确认。'],
  },
  'remote.host-key-changed': {
    message: ['{host} shows another host key than the confirmed one: {detail}', '{host} 的主机密钥与已确认的不同：{detail}'],
    hint: [
      'Someone may be in between. Only if the host was reinstalled: compare the fingerprint and confirm the new key.',
      '可能存在中间人。仅当主机确实重装过时，核对指纹后再确认新密钥。',
    ],
  },
  'remote.dropped': {
    message: ['The connection to {host} was lost: {detail}', '与 {host} 的连接中断：{detail}'],
    hint: [
      'Whether the command finished is not known; its state is looked up before it is repeated.',
      '命令是否完成未知；重试前会先查看实际状态。',
    ],
  },
  'remote.sudo-refused': {
    message: ['sudo on {host} refused: {detail}', '{host} 上的 sudo 拒绝执行：{detail}'],
    hint: ['Let the login user run every command by sudo, or check its password.', '请允许登录用户通过 sudo 执行所有命令，或检查其密码。'],
  },
  'remote.upload-corrupt': {
    message: ['The file on {host} is not the one that was sent: {detail}', '{host} 上的文件与发送的不一致：{detail}'],
    hint: ['Check free space and permissions of the folder, then try again.', '请检查目录的剩余空间和权限，然后重试。'],
  },
  'remote.no-ssh-client': {
    message: [
      'This panel’s machine can’t run the SSH client for {host}: {detail}',
      '面板所在机器无法运行用于 {host} 的 SSH 客户端：{detail}',
    ],
    hint: [
      'Install openssh-client where the panel runs, set DM_PANEL_SSH to its path, or choose the builtin client.',
      '请在面板所在机器上安装 openssh-client，或用 DM_PANEL_SSH 指定其路径，或改用内置客户端。',
    ],
  },
  'remote.no-agent': {
    message: [
      'The ssh-agent of this panel’s machine can’t log in to {host}: {detail}',
      '面板所在机器的 ssh-agent 无法用于登录 {host}：{detail}',
    ],
    hint: [
      'Start the agent, add the key by ssh-add, and set DM_PANEL_SSH_AGENT to its socket before the panel starts.',
      '请启动 agent 并用 ssh-add 添加密钥，在启动面板前将 DM_PANEL_SSH_AGENT 设为其 socket 路径。',
    ],
  },
  'remote.jump-credential-missing': {
    message: ['No credential is chosen for the jump host {hop}.', '未为跳板机 {hop} 选择凭据。'],
    hint: ['Choose one; later jump hosts use that of the one before.', '请选择凭据；其后的跳板机默认沿用前一台的凭据。'],
  },
  'remote.jump-credential-unknown': {
    message: [
      'The credential for the jump host {hop} is unknown, or its secret was wiped.',
      '跳板机 {hop} 的凭据不存在，或其密钥已被清除。',
    ],
    hint: ['Choose another credential.', '请选择其他凭据。'],
  },
  'remote.jump-credential-one-time': {
    message: [
      'The credential for the jump host {hop} is a one-time one, but the cluster is reached through that host later too.',
      '跳板机 {hop} 的凭据是一次性的，但之后仍需经由该主机访问集群。',
    ],
    hint: ['Choose a credential that is kept.', '请选择会保留的凭据。'],
  },
  'remote.jump-key-unknown': {
    message: ['The host key of the jump host {hop} is not confirmed yet.', '跳板机 {hop} 的主机密钥尚未确认。'],
    hint: [
      'On the page Hosts, read the key of {host}, port {port}, compare it with the host’s own and confirm it.',
      '请在“主机”页面读取 {host} 端口 {port} 的密钥，与主机上的核对后确认。',
    ],
  },
  'mirror.unreachable': {
    message: ['The mirror can’t be read ({name}): {detail}', '无法读取镜像（{name}）：{detail}'],
    hint: ['Check the mirror’s address and the network, then try again.', '请检查镜像地址和网络，然后重试。'],
  },
  'mirror.not-found': {
    message: ['The mirror has no file {name}.', '镜像中没有文件 {name}。'],
    hint: ['Check that the location is the top folder of a TiUP mirror.', '请确认该位置是 TiUP 镜像的根目录。'],
  },
  'mirror.too-large': {
    message: [
      '{manifest} of the mirror is larger than it may be ({maxBytes} bytes).',
      '镜像的 {manifest} 超过允许的大小（{maxBytes} 字节）。',
    ],
    hint: ['Tell the mirror’s owner; do not use it until this is explained.', '请联系镜像维护者；查明原因前不要使用。'],
  },
  'mirror.outside': {
    message: ['{name} lies outside of the mirror.', '{name} 位于镜像目录之外。'],
    hint: [
      'Local mirrors must lie below the configured folder, without links that leave it.',
      '本地镜像必须位于配置的目录之下，且不含指向外部的链接。',
    ],
  },
  'mirror.malformed': {
    message: ['{manifest} of the mirror is not what it should be.', '镜像的 {manifest} 格式不正确。'],
    hint: ['The file may be damaged: fetch or copy the mirror again.', '文件可能已损坏：请重新获取或复制镜像。'],
  },
  'mirror.signature': {
    message: ['The signatures of {manifest} are not those of the trusted keys.', '{manifest} 的签名与受信任的密钥不符。'],
    hint: [
      'Do not use this mirror. If it was set up anew on purpose, confirm its new root first.',
      '请勿使用该镜像。若它确实重新建立过，请先确认新的根。',
    ],
  },
  'mirror.expired': {
    message: ['{manifest} of the mirror expired at {expires}.', '镜像的 {manifest} 已于 {expires} 过期。'],
    hint: ['Check this machine’s clock, or let the mirror’s owner sign it again.', '请检查本机时钟，或让镜像维护者重新签名。'],
  },
  'mirror.rollback': {
    message: [
      '{manifest} of the mirror has version {version}, but version {known} is expected.',
      '镜像的 {manifest} 版本为 {version}，预期为 {known}。',
    ],
    hint: ['The mirror shows an older state than before: ask its owner why.', '镜像状态与记录不一致，可能被回退：请向维护者确认。'],
  },
  'mirror.hash': {
    message: ['{name} differs from what the mirror’s manifests say.', '{name} 与镜像清单记录的不一致。'],
    hint: ['Try again; if it stays, the file was damaged or exchanged.', '请重试；若仍然如此，说明文件已损坏或被替换。'],
  },
  'mirror.unknown-component': {
    message: ['The mirror has no component {component}.', '镜像中没有组件 {component}。'],
    hint: ['Use a mirror that has it, or upload its package.', '请使用包含该组件的镜像，或上传其安装包。'],
  },
  'mirror.unknown-version': {
    message: ['The mirror has no {component} {version} for {platform}.', '镜像中没有适用于 {platform} 的 {component} {version}。'],
    hint: ['Choose a listed version, or upload the package.', '请选择列出的版本，或上传安装包。'],
  },
  'package.not-an-archive': {
    message: ['The file is no complete tar.gz archive: {detail}', '文件不是完整的 tar.gz 归档：{detail}'],
    hint: ['Upload it again; compare its sha256 with the origin’s.', '请重新上传，并与来源核对 sha256。'],
  },
  'package.too-large': {
    message: ['The archive is larger than {limit} bytes.', '归档超过 {limit} 字节。'],
    hint: ['A package of one component is smaller; check what was uploaded.', '单个组件的安装包不会这么大；请检查上传的文件。'],
  },
  'package.bomb': {
    message: ['Unpacked, the archive is larger than {limit} bytes.', '归档解压后超过 {limit} 字节。'],
    hint: ['Do not use it; get the package from its origin.', '请勿使用；请从原始来源获取安装包。'],
  },
  'package.too-many-files': {
    message: ['The archive holds more than {limit} entries.', '归档包含的条目超过 {limit} 个。'],
    hint: ['Do not use it; get the package from its origin.', '请勿使用；请从原始来源获取安装包。'],
  },
  'package.unsafe-path': {
    message: ['The archive holds a path that leaves its folder: {path}', '归档包含越出目录的路径：{path}'],
    hint: ['Do not use it; get the package from its origin.', '请勿使用；请从原始来源获取安装包。'],
  },
  'package.unsafe-link': {
    message: ['The archive holds a link that is not allowed: {path} to {target}', '归档包含不允许的链接：{path} 指向 {target}'],
    hint: ['Pack it again without links out of its folder or over its files.', '请重新打包，不要包含指向外部或覆盖文件的链接。'],
  },
  'package.special-file': {
    message: [
      'The archive holds {path}, which is no file, folder or symbolic link ({type}).',
      '归档中的 {path} 不是文件、目录或符号链接（{type}）。',
    ],
    hint: ['Pack it again with plain files only.', '请仅用普通文件重新打包。'],
  },
  'package.text-too-large': {
    message: ['{path} in the archive is too large for rules or a dashboard.', '归档中的 {path} 作为规则或仪表盘文件过大。'],
    hint: ['Check where the package comes from.', '请检查安装包的来源。'],
  },
  'package.no-program': {
    message: [
      'The archive has no program {path}, so it is no package of {component}.',
      '归档中没有程序 {path}，因此不是 {component} 的安装包。',
    ],
    hint: ['Choose the right component, or the right file.', '请选择正确的组件或文件。'],
  },
  'package.unknown-component': {
    message: ['The archive holds no program that this panel knows.', '归档中没有面板已知的程序。'],
    hint: [
      'Upload a package as TiUP’s mirror has it, such as dm-master-v8.5.0-linux-amd64.tar.gz.',
      '请上传 TiUP 镜像格式的安装包，例如 dm-master-v8.5.0-linux-amd64.tar.gz。',
    ],
  },
  'package.not-executable': {
    message: ['{path} in the archive is not executable.', '归档中的 {path} 没有可执行权限。'],
    hint: ['Pack it again with mode 0755.', '请以 0755 权限重新打包。'],
  },
  'package.not-a-linux-program': {
    message: ['{path} in the archive is no Linux program for amd64 or arm64.', '归档中的 {path} 不是适用于 amd64 或 arm64 的 Linux 程序。'],
    hint: ['Take the package for the hosts’ system and architecture.', '请使用与主机系统和架构相符的安装包。'],
  },
} satisfies Record<string, ProblemWords>

export const remoteWords = {
  'remote.confirm-fingerprint': ['Host key {fingerprint} ({keyType})', '主机密钥 {fingerprint}（{keyType}）'],
} satisfies Record<string, Pair>
