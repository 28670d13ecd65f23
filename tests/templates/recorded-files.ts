import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files that TiUP put onto hosts, in folders named by their addresses. */
const root = new URL('../recorded/', import.meta.url).pathname

export const readRecorded = (path: string): string => readFileSync(join(root, path), 'utf8')

/** `ADDRESS/path/on/the/host` of every file in a folder of recordings. */
export const listRecorded = (dir: string): string[] =>
  existsSync(join(root, dir))
    ? readdirSync(join(root, dir), { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(root, dir).length + 1)] : [],
      )
    : []

/** Lines that differ from the recording on purpose, each with its reason. */
export const deviations: Record<string, { recorded: string; ours: RegExp; reason: string }[]> = {
  'grafana.ini': [
    {
      recorded: 'admin_password = admin',
      ours: /^admin_password = `[^`\n]+`$/m,
      reason: 'the password is made by the panel, and quoted so that # and ; in it are no comments',
    },
  ],
}

/** Our text with the deviating lines as they were recorded. */
export const comparable = (path: string, text: string): string =>
  (deviations[path.split('/').at(-1) ?? ''] ?? []).reduce((all, { recorded, ours }) => all.replace(ours, recorded), text)
