import type { Pair, ProblemWords } from './words'

/** Changing a cluster's configuration: what an edit may not do, and what a reload brings to the hosts. */
export const editProblems = {
  'edit.immutable': {
    message: [
      '{field} of {what} can’t change: it is {from}, the text says {to}.',
      '{what} 的 {field} 不可修改：当前为 {from}，文本中为 {to}。',
    ],
    hint: [
      'It is fixed by the deploy. Put the former value back; to move an instance, scale out a new one and scale in this one.',
      '该值在部署时确定。请恢复原值；如需迁移实例，请先扩容新实例再缩容此实例。',
    ],
  },
  'edit.added': {
    message: ['{what} is not in the cluster: an edit can’t add instances.', '{what} 不在集群中：编辑配置不能增加实例。'],
    hint: ['Take it out of the text, and scale out.', '请从文本中移除，改用扩容。'],
  },
  'edit.removed': {
    message: ['{what} is missing in the text: an edit can’t remove instances.', '文本中缺少 {what}：编辑配置不能移除实例。'],
    hint: ['Put it back, and scale it in.', '请恢复该条目，改用缩容。'],
  },
  'edit.monitored-added': {
    message: ['monitored: is new: an edit can’t add exporters.', '新增了 monitored:，编辑配置不能增加 exporter。'],
    hint: ['Take the section out.', '请移除该部分。'],
  },
  'edit.monitored-removed': {
    message: ['monitored: is gone: an edit can’t remove exporters.', '缺少 monitored:，编辑配置不能移除 exporter。'],
    hint: ['Put the section back.', '请恢复该部分。'],
  },
  'edit.has-errors': {
    message: ['The text has {count} error(s); nothing was saved.', '文本有 {count} 个错误，未保存。'],
    hint: ['Each is named with its line.', '每个错误均标明行号。'],
  },
  'edit.unchanged': {
    message: ['The text is the same as revision {revision}.', '文本与修订 {revision} 相同。'],
    hint: ['There is nothing to save.', '没有需要保存的内容。'],
  },
  'edit.stale': {
    message: [
      'Meanwhile somebody else has changed the topology: you began with revision {base}, now it is {now}.',
      '拓扑在此期间已被修改：您从修订 {base} 开始，现为修订 {now}。',
    ],
    hint: [
      'Nothing was saved and your text is kept. Look at what changed, take it over, and save on top of the new revision.',
      '未保存任何内容，您的文本仍保留。请查看变更并合并后，基于新修订保存。',
    ],
  },
  'edit.changed-since': {
    message: ['Revision {revision} by {by}, {at}: {kind} {reason}', '修订 {revision}，{by}，{at}：{kind} {reason}'],
    hint: ['', ''],
  },
  'edit.warnings-unread': {
    message: ['The text has {count} new warning(s) that were not agreed to.', '文本有 {count} 条新警告尚未确认。'],
    hint: ['Read them, agree to each, and save again.', '请阅读并逐条确认后再次保存。'],
  },
  'edit.revision-unknown': {
    message: ['{cluster} has no revision {revision}.', '{cluster} 没有修订 {revision}。'],
    hint: ['Choose one from the history.', '请从历史中选择。'],
  },
  'edit.deploying': {
    message: ['{cluster} is not deployed yet.', '{cluster} 尚未部署完成。'],
    hint: ['Finish its deploy, or remove it and deploy with the other text.', '请完成部署，或移除后以新文本部署。'],
  },
} satisfies Record<string, ProblemWords>

export const reloadProblems = {
  'reload.nothing': {
    message: [
      'Every file on the hosts is as the topology says, and every process was started with it.',
      '主机上的文件均与拓扑一致，且各进程均已按其启动。',
    ],
    hint: [
      'There is nothing to reload. To restart all the same, choose all, or use restart.',
      '无需重新加载。如仍需重启，请选择全部或使用重启。',
    ],
  },
  'reload.master-empty': {
    message: [
      '{instance} has no data in {path}, while other masters have: started by the script that names all masters it would neither join them nor form a cluster, and spoil its folder.',
      '{instance} 在 {path} 中没有数据，而其他 master 有：若以包含全部 master 的脚本启动，它既不能加入也不能组成集群，并会损坏其目录。',
    ],
    hint: ['Scale it in and out again, or leave it out of this reload.', '请将其缩容后重新扩容，或从本次重新加载中排除。'],
  },
  'reload.joining': {
    message: ['{instance} is left out: a scale-out has not finished joining it.', '已排除 {instance}：扩容尚未完成其加入。'],
    hint: ['The same scale-out finishes it, with the newest configuration.', '再次执行同一扩容即可完成，并使用最新配置。'],
  },
  'reload.leaving': {
    message: ['{instance} is left out: a scale-in has begun to remove it.', '已排除 {instance}：缩容正在移除它。'],
    hint: ['The same scale-in finishes it.', '再次执行同一缩容即可完成。'],
  },
  'reload.stopped': {
    message: [
      '{count} instance(s) are stopped and stay so, only their files change: {instances}.',
      '{count} 个实例已停止并保持停止，仅更新文件：{instances}。',
    ],
    hint: ['They run with the new files once they are started.', '启动后将使用新文件。'],
  },
  'reload.not-restarted': {
    message: [
      '{count} instance(s) get new files and go on with the former ones until they are restarted: {instances}.',
      '{count} 个实例获得新文件，但在重启前仍使用旧配置：{instances}。',
    ],
    hint: ['A crash or a reboot starts them with the new ones too.', '崩溃或主机重启后也会使用新配置。'],
  },
  'reload.others-lag': {
    message: [
      '{count} instance(s) that are not chosen go on with an older configuration: {instances}.',
      '{count} 个未选中的实例仍运行旧配置：{instances}。',
    ],
    hint: ['Reload them later; the cluster’s page names them until then.', '请稍后重新加载；在此之前集群页面会列出它们。'],
  },
} satisfies Record<string, ProblemWords>

export const editWords = {
  'plan.write-files': ['Write files, restart nothing', '写入文件，不重启'],
} satisfies Record<string, Pair>
