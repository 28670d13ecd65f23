import { execFile } from 'node:child_process'
import type { Page, TestInfo } from '@playwright/test'

/** Takes the audit in one format from its page; resolves with where the file lies. */
export const downloadAudit = async (page: Page, format: string, info: TestInfo): Promise<string> => {
  await page.getByRole('button', { name: 'Export' }).click()
  const inPopup = page
    .context()
    .waitForEvent('page')
    .then((popup) => popup.waitForEvent('download'))
  // Whichever the browser makes of it; the other wait ends with the page.
  const file = Promise.any([page.waitForEvent('download'), inPopup])
  await page.getByRole('menuitem', { name: format }).click()
  const path = info.outputPath((await file).suggestedFilename())
  await (await file).saveAs(path)
  return path
}

/** What `npm run audit:verify` says of a file. */
export const verifyAudit = (file: string): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    execFile('npm', ['run', '--silent', 'audit:verify', '--', file], (error, out, err) =>
      resolve({ code: error ? Number(error.code) || 1 : 0, out: `${out}${err}` }),
    )
  })
