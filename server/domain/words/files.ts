import type { Pair, ProblemWords } from './words'

/** push, pull: files to hosts and from them. */
export const filesProblems = {
  'files.beside-job': {
    message: ['Job #{number} ({operation}) is working on this cluster now.', '任务 #{number}（{operation}）正在操作该集群。'],
    hint: [
      'Files go beside it, at any moment of it. Wait for its end if that matters.',
      '文件会与其同时传输。如有影响，请等待该任务结束。',
    ],
  },
  'push.path': {
    message: ['{path} is no absolute path on every host.', '{path} 并非在每台主机上都是绝对路径。'],
    hint: [
      'Begin it with / or a value such as {{ .DeployDir }}, without . and .. in it.',
      '请以 / 或 {{ .DeployDir }} 之类的值开头，且不含 . 与 ..。',
    ],
  },
  'push.link': {
    message: ['{path} is a link on {hosts}.', '{hosts} 上的 {path} 是链接。'],
    hint: ['Name the file that it leads to.', '请填写链接指向的文件。'],
  },
  'push.folder': {
    message: ['{path} is a folder on {hosts}.', '{hosts} 上的 {path} 是目录。'],
    hint: ['Put a slash behind it: the file then keeps its own name in it.', '在末尾加上斜杠：文件会以原名放入该目录。'],
  },
  'push.special': {
    message: ['{path} is no plain file on {hosts}.', '{hosts} 上的 {path} 不是普通文件。'],
    hint: ['Choose another path.', '请选择其他路径。'],
  },
  'push.no-folder': {
    message: ['{folder} is not there on {hosts}, or {user} may not see it.', '{hosts} 上没有 {folder}，或 {user} 无权查看。'],
    hint: ['Make the folder first, or choose another one.', '请先创建该目录，或选择其他目录。'],
  },
  'push.not-writable': {
    message: ['{user} may not write in {folder} on {hosts}.', '{user} 无权写入 {hosts} 上的 {folder}。'],
    hint: ['Choose another folder, or send it as root if you may.', '请选择其他目录；若有权限，可以 root 身份发送。'],
  },
  'push.unreadable': {
    message: ['{user} may not read {path} on {hosts}, so that it can’t be compared.', '{user} 无权读取 {hosts} 上的 {path}，无法比较。'],
    hint: ['Choose another path, or send it as root if you may.', '请选择其他路径；若有权限，可以 root 身份发送。'],
  },
  'push.same': {
    message: ['{hosts}: {path} has this very content already.', '{hosts}：{path} 的内容已与此相同。'],
    hint: ['Nothing but its mode is changed there.', '除权限外不做任何改动。'],
  },
  'push.replaces-kept': {
    message: [
      '{hosts}: {path} is there ({bytes} bytes, sha256 {sha256}…, {mode} {owner}) and will be replaced.',
      '{hosts}：{path} 已存在（{bytes} 字节，sha256 {sha256}…，{mode} {owner}），将被替换。',
    ],
    hint: ['What lies there now is kept as {kept}.', '原文件会保留为 {kept}。'],
  },
  'push.replaces': {
    message: [
      '{hosts}: {path} is there ({bytes} bytes, sha256 {sha256}…, {mode} {owner}) and will be replaced.',
      '{hosts}：{path} 已存在（{bytes} 字节，sha256 {sha256}…，{mode} {owner}），将被替换。',
    ],
    hint: ['It is not kept. Switch the backup on to keep it beside the new one.', '原文件不会保留。如需保留，请启用备份。'],
  },
  'push.no-space': {
    message: [
      '{hosts}: {mount} has {free} MiB free; {wanted} MiB are needed for a moment.',
      '{hosts}：{mount} 剩余 {free} MiB，暂时需要 {wanted} MiB。',
    ],
    hint: ['Make room there.', '请先清理空间。'],
  },
  'push.root': {
    message: ['The file is written as root on {count} hosts.', '文件将以 root 身份写入 {count} 台主机。'],
    hint: ['Nothing guards against what it replaces. Read the paths once more.', '替换的后果不受任何保护。请再次核对路径。'],
  },
  'pull.path': {
    message: ['{path} is no absolute path on every host.', '{path} 并非在每台主机上都是绝对路径。'],
    hint: [
      'Begin it with / or a value such as {{ .LogDir }}, without . and .. in it.',
      '请以 / 或 {{ .LogDir }} 之类的值开头，且不含 . 与 ..。',
    ],
  },
  'pull.absent': {
    message: ['{hosts}: {path} is not there, or {user} may not see it.', '{hosts}：没有 {path}，或 {user} 无权查看。'],
    hint: ['It is not fetched from there.', '不会从该主机获取。'],
  },
  'pull.unreadable': {
    message: ['{hosts}: {user} may not read {path}.', '{hosts}：{user} 无权读取 {path}。'],
    hint: ['It is not fetched from there. As root it could be.', '不会从该主机获取；以 root 身份可以获取。'],
  },
  'pull.no-file': {
    message: ['{hosts}: {path} is no plain file.', '{hosts}：{path} 不是普通文件。'],
    hint: ['Name files one by one; a folder can be packed first, by a command.', '请逐个填写文件；目录可先用命令打包。'],
  },
  'pull.too-large': {
    message: [
      '{hosts}: {path} has {mib} MiB; at most {limit} MiB of one file are fetched.',
      '{hosts}：{path} 为 {mib} MiB；单个文件最多获取 {limit} MiB。',
    ],
    hint: ['Make a part of it first, with a command such as tail -c.', '请先用命令（如 tail -c）取出其中一部分。'],
  },
  'pull.nothing': {
    message: ['There is nothing to fetch.', '没有可获取的文件。'],
    hint: ['Look at the paths and the chosen instances.', '请检查路径与所选实例。'],
  },
  'pull.no-room': {
    message: ['The files have {wanted} MiB; the panel has room for {room} MiB.', '文件共 {wanted} MiB；面板仅余 {room} MiB。'],
    hint: ['Make room in the panel’s data folder, or fetch fewer files.', '请清理面板的数据目录，或减少文件。'],
  },
  'pull.sum': {
    message: [
      '{files} files, {mib} MiB, will be kept in the panel’s data folder for 7 days.',
      '共 {files} 个文件、{mib} MiB，将在面板数据目录保留 7 天。',
    ],
    hint: ['Operators and administrators can download them from the job’s page until then.', '在此期间，操作员与管理员可在任务页面下载。'],
  },
  'pull.root': {
    message: ['The files are read as root on {count} hosts.', '将以 root 身份读取 {count} 台主机上的文件。'],
    hint: ['Only who may be root on hosts can download them.', '只有具备主机 root 权限的人可以下载。'],
  },
  'usecases.file-gone': {
    message: ['The uploaded file is no longer kept.', '上传的文件已不再保留。'],
    hint: ['Upload it once more and make a new plan.', '请重新上传并新建计划。'],
  },
  'usecases.pulled-gone': {
    message: ['This file is no longer kept.', '该文件已不再保留。'],
    hint: ['Fetched files are deleted after 7 days. Fetch it again.', '获取的文件在 7 天后删除。请重新获取。'],
  },
  'usecases.no-files': {
    message: ['Job #{number} fetched no files.', '任务 #{number} 没有获取文件。'],
    hint: ['Only jobs of pull have files.', '只有获取文件的任务有文件。'],
  },
  'engine.pull-too-large': {
    message: [
      '{path} has {mib} MiB by now; at most {limit} MiB of one file are fetched.',
      '{path} 现为 {mib} MiB；单个文件最多获取 {limit} MiB。',
    ],
    hint: ['Make a part of it first, with a command such as tail -c.', '请先用命令（如 tail -c）取出其中一部分。'],
  },
  'engine.pull-changed': {
    message: ['{path} changed while it was read.', '{path} 在读取期间发生了变化。'],
    hint: ['It may have been rotated. Fetch it again, or a copy of it.', '可能已被轮转。请重新获取，或先复制再获取。'],
  },
  'engine.pull-no-room': {
    message: ['The panel has room for {room} MiB; {wanted} MiB are needed.', '面板仅余 {room} MiB；需要 {wanted} MiB。'],
    hint: ['Make room in the panel’s data folder, then try again.', '请清理面板的数据目录后重试。'],
  },
  'engine.pull-cancelled': {
    message: ['The job was cancelled while {path} was read.', '读取 {path} 时任务被取消。'],
    hint: ['Nothing of it is kept.', '不会保留任何内容。'],
  },
} satisfies Record<string, ProblemWords>

export const filesWords = {
  'plan.push': ['Send the file', '发送文件'],
  'plan.pull': ['Fetch the files', '获取文件'],
  'step.file-pushed': ['Send {name} to {path}', '将 {name} 发送到 {path}'],
  'step.file-pushed-root': ['Send {name} to {path}, as root', '以 root 身份将 {name} 发送到 {path}'],
  'step.file-pulled': ['Fetch {path} ({kib} KiB at review)', '获取 {path}（评审时 {kib} KiB）'],
} satisfies Record<string, Pair>
