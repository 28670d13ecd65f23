import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const manifest = z.object({ version: z.string() })

/** Version of the program and the commit it was built from; '' when it was not built from a checkout. */
export const version = (): { version: string; commit: string } => {
  found ??= {
    version: manifest.parse(JSON.parse(readFileSync(path.resolve('package.json'), 'utf8'))).version,
    commit: process.env.DM_PANEL_COMMIT ?? '',
  }
  return found
}

let found: { version: string; commit: string } | undefined
