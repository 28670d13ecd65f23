import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixtures'

const desktop = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
/** All rules in two looks; in the other two only what a theme or a width changes. */
const looks = [
  { viewport: desktop, colorScheme: 'light', rules: undefined },
  { viewport: desktop, colorScheme: 'dark', rules: ['color-contrast'] },
  { viewport: phone, colorScheme: 'light', rules: ['color-contrast', 'scrollable-region-focusable'] },
  { viewport: phone, colorScheme: 'dark', rules: undefined },
] as const

/** No violation in either theme, on a desktop and on a phone; nothing that sticks out of a phone's screen. */
export const looksRight = async (page: Page, what: string): Promise<void> => {
  for (const { viewport, colorScheme, rules } of looks) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const tooWide = await page.evaluate(() => {
      const main = document.querySelector('main')
      const { scrollWidth, clientWidth } = document.documentElement
      return Math.max(scrollWidth, main?.getBoundingClientRect().right ?? 0) - clientWidth
    })
    expect.soft(tooWide, `${what}, ${viewport.width} px: too wide, px`).toBe(0)
    // Legacy mode opens no second tab for each look; it only matters to frames of other origins, and there are none.
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
    const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    )
    expect.soft(found, `${what}, ${viewport.width} px, ${colorScheme}`).toEqual([])
  }
  await page.setViewportSize(desktop)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

/** Answers every planned pause of the job on the page until it has ended well. */
export const continueToEnd = async (page: Page, timeoutMs = 180_000): Promise<number> => {
  const end = Date.now() + timeoutMs
  const state = page.getByRole('status').filter({ hasText: /^(succeeded|failed|cancelled)$/ })
  const go = page.getByRole('main').getByRole('button', { name: 'Continue', exact: true }).first()
  let pauses = 0
  for (;;) {
    await expect(state.or(go).first()).toBeVisible({ timeout: Math.max(1, end - Date.now()) })
    if (await state.isVisible()) break
    await go.click()
    pauses += 1
    await expect(go).toBeHidden()
  }
  await expect(state).toHaveText('succeeded')
  return pauses
}
