import type { ProblemWords } from './words'

/** Why an archive, an upload, a hotfix package or a look at a program was refused. What any archive may suffer from is in `remote.ts`. */
export const packagesProblems = {
  'package.duplicate': {
    message: ['The archive holds {path} twice, or as a file and a folder.', '归档中 {path} 出现两次，或同时作为文件和目录。'],
    hint: [
      'Which of the two is meant can’t be known. Pack it again, each path once.',
      '无法判断应使用哪一个。请重新打包，每个路径只保留一次。',
    ],
  },
  'package.special-mode': {
    message: [
      '{path} in the archive would run with another user’s rights (setuid or setgid).',
      '归档中的 {path} 带有 setuid 或 setgid 权限位。',
    ],
    hint: ['No program of DM needs that. Pack it again with mode 0755.', 'DM 的程序不需要该权限。请以 0755 权限重新打包。'],
  },
  'hotfix.nothing-fits': {
    message: ['“{name}” holds nothing that belongs into a package of {component}.', '“{name}”中没有属于 {component} 安装包的内容。'],
    hint: [
      'Upload the program itself, a tarball that holds it, or a file with the same path as in the package; or say where each file goes.',
      '请上传程序本身、包含该程序的归档，或与安装包内路径相同的文件；也可以指定每个文件的位置。',
    ],
  },
  'hotfix.which-place': {
    message: [
      'Nothing in the package of {component} is called “{name}”, or several files are.',
      '{component} 安装包中没有名为“{name}”的文件，或有多个同名文件。',
    ],
    hint: ['Type the path that it should have in the package.', '请输入该文件在安装包中的路径。'],
  },
  'hotfix.which-component': {
    message: ['“{name}” does not tell which component it is for.', '无法从“{name}”判断它属于哪个组件。'],
    hint: ['Choose the component.', '请选择组件。'],
  },
  'hotfix.ambiguous': {
    message: [
      'Two different files of the upload would become {path}: {first} and {second}.',
      '上传内容中有两个不同的文件对应 {path}：{first} 和 {second}。',
    ],
    hint: ['Upload only the right one.', '请只上传正确的那一个。'],
  },
  'hotfix.wrong-arch': {
    message: ['{path} is a program for {seen}; the package is for {wanted}.', '{path} 是 {seen} 的程序，而安装包适用于 {wanted}。'],
    hint: ['Take the build for {wanted}, or choose the other platform.', '请使用 {wanted} 的构建，或选择另一个平台。'],
  },
  'hotfix.wrong-component': {
    message: ['{path} is a {seen}, not a {wanted}.', '{path} 是 {seen}，而不是 {wanted}。'],
    hint: ['Choose {seen}, or upload the right program.', '请选择 {seen}，或上传正确的程序。'],
  },
  'hotfix.no-such-place': {
    message: ['{path} is no place for a file in the package.', '{path} 不能作为安装包中的文件路径。'],
    hint: [
      'Type a relative path such as dm-master/conf/name.yml; no folder, no link, no “..”.',
      '请输入相对路径，例如 dm-master/conf/name.yml；不能是目录、链接或包含“..”。',
    ],
  },
  'hotfix.same-as-base': {
    message: [
      'The upload has the same files as the package of {component} has already.',
      '上传的文件与 {component} 安装包中已有的完全相同。',
    ],
    hint: ['Check that it is the fixed build; -V of old and new tells them apart.', '请确认上传的是修复后的构建；可用 -V 区分新旧。'],
  },
  'hotfix.layout-mended': {
    message: [
      'The program lies at {path}. tiup dm patch wants it at {entry} and would refuse this layout (“not a directory” or “not found”).',
      '程序位于 {path}。tiup dm patch 要求其位于 {entry}，否则会拒绝（“not a directory”或“not found”）。',
    ],
    hint: ['It was put there; nothing is left for you to do.', '已自动放到正确位置，无需任何操作。'],
  },
  'errands.package-hash-differs': {
    message: ['“{name}” has the sha256 {seen}, not {wanted}.', '“{name}”的 sha256 为 {seen}，而不是 {wanted}。'],
    hint: [
      'Upload it again; if it stays so, ask whoever built it which file is right.',
      '请重新上传；若仍不一致，请向构建者确认正确的文件。',
    ],
  },
  'errands.upload-unknown': {
    message: ['The uploaded file is no longer there.', '上传的文件已不存在。'],
    hint: ['What is not used is deleted after two days. Upload it again.', '未使用的上传会在两天后删除。请重新上传。'],
  },
  'errands.hotfix-refused': {
    message: ['“{name}” can’t become a hotfix package.', '“{name}”无法制作为热修复包。'],
    hint: ['See what is wrong below; nothing was changed.', '请查看下列原因；未做任何修改。'],
  },
  'errands.hotfix-changed': {
    message: ['The package would no longer be the one that was shown.', '安装包与先前显示的内容不再一致。'],
    hint: ['Look at the new tree and save again.', '请查看新的文件树后重新保存。'],
  },
  'errands.base-missing': {
    message: [
      '{name}, on which the hotfix is built, is neither in the store nor in a confirmed mirror.',
      '制作热修复所需的 {name} 不在库中，也不在已确认的镜像中。',
    ],
    hint: ['Upload it, or read and confirm a mirror that has it.', '请上传它，或读取并确认包含它的镜像。'],
  },
  'errands.package-damaged': {
    message: ['{name} in the store is no longer what it was: its sha256 differs.', '库中的 {name} 已损坏：sha256 不一致。'],
    hint: ['Check the disk of the data folder; delete the package and fetch it anew.', '请检查数据目录所在磁盘；删除该安装包后重新获取。'],
  },
  'errands.host-platform-differs': {
    message: ['{host} is {seen}; the package is for {wanted}.', '{host} 为 {seen}，而安装包适用于 {wanted}。'],
    hint: ['Choose a host with the package’s platform.', '请选择平台相符的主机。'],
  },
  'errands.program-says-nothing': {
    message: ['The program of {name} did not tell its version on {host}: {detail}', '{name} 的程序未能在 {host} 上输出版本：{detail}'],
    hint: ['Do not use the package before you know why.', '查明原因之前请勿使用该安装包。'],
  },
  'errands.no-room-on-host': {
    message: ['{host} has no private folder to try the program in: {detail}', '{host} 上没有可用于试运行程序的私有目录：{detail}'],
    hint: ['The deploy user needs a home folder with room for the package.', '部署用户需要一个空间足够的主目录。'],
  },
  'usecases.upload-unknown': {
    message: ['There is no such upload, or somebody else began it.', '没有这个上传，或它由他人发起。'],
    hint: ['What is not used is deleted after two days. Begin again.', '未使用的上传会在两天后删除。请重新开始。'],
  },
  'usecases.upload-length': {
    message: ['The upload does not say how many bytes will come.', '上传请求未说明总字节数。'],
    hint: ['Send Upload-Length with the number of bytes.', '请用 Upload-Length 给出字节数。'],
  },
  'usecases.upload-incomplete': {
    message: ['Only {offset} of {size} bytes have come.', '仅收到 {offset}/{size} 字节。'],
    hint: ['Continue the upload; it goes on at that byte.', '请继续上传，将从该字节续传。'],
  },
  'usecases.upload-refused': {
    message: ['The upload was refused: {detail}', '上传被拒绝：{detail}'],
    hint: ['Ask for the offset and continue there.', '请查询偏移量并从该处继续。'],
  },
} satisfies Record<string, ProblemWords>
