import type { Pair } from './words'

/** What review and job page say of enable, disable, clean, destroy and rename. */
export const jobLifeWords = {
  'job.title.enable': ['Start {cluster} at boot', '设置 {cluster} 开机自启'],
  'job.title.disable': ['Don’t start {cluster} at boot', '取消 {cluster} 开机自启'],
  'job.title.clean': ['Clean {cluster}', '清理 {cluster}'],
  'job.title.destroy': ['Destroy {cluster}', '销毁 {cluster}'],
  'job.title.rename': ['Rename {cluster}', '重命名 {cluster}'],
  'job.title.manage': ['Manage {cluster}', '接管管理 {cluster}'],
  'review.go.enable': ['Enable {cluster}', '启用 {cluster}'],
  'review.go.disable': ['Disable {cluster}', '禁用 {cluster}'],
  'review.go.clean': ['Clean {cluster}', '清理 {cluster}'],
  'review.go.destroy': ['Destroy {cluster}', '销毁 {cluster}'],
  'review.go.rename': ['Rename {cluster}', '重命名 {cluster}'],
  'review.go.manage': ['Manage {cluster}', '接管管理 {cluster}'],
  'deletes.title': ['What is deleted', '将删除的内容'],
  'deletes.where': ['Host', '主机'],
  'deletes.path': ['Folder', '目录'],
  'deletes.size': ['Size', '大小'],
  'deletes.logs': ['log files', '日志文件'],
  'deletes.kept': ['stays', '保留'],
  'deletes.unknown': ['not counted in 20 s', '20 秒内未统计完'],
} as const satisfies Record<string, Pair>
