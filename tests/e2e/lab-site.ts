import path from 'node:path'
import { giveAlertmanagerItsTemplates } from '../lab/on-host'
import { countHosts, freshHosts, type LabHost, removeHosts } from '../support/lab'
import { type LabMirror, labMirror } from '../support/lab-mirror'
import { type Panel, startPanel } from '../support/panel'
import { test as base, expect, type Session } from './fixtures'

export type LabSite = {
  /** A panel that nobody has set up. */
  panel: Panel
  /** Signed mirror with packages of DM in two versions and of all monitoring. */
  mirror: LabMirror
  /** Six hosts, new: nothing was ever deployed to them. */
  hosts: readonly LabHost[]
  host: (index: number) => LabHost
  /** Where a test leaves the cookies of its browser for the tests after it. */
  session: Session | undefined
}

/** Tests on real hosts, in a browser that goes on with the session that an earlier test left. The hosts are blank afterwards, or gone if they were. */
export const test = base.extend<object, { labSite: LabSite }>({
  labSite: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads here that it builds on no other fixture
    async ({}, use) => {
      const before = await countHosts()
      const mirror = await labMirror()
      const hosts = await freshHosts(6)
      const host = (index: number): LabHost => {
        const found = hosts[index - 1]
        if (!found) throw new Error(`no host ${index}`)
        return found
      }
      await giveAlertmanagerItsTemplates(host(1))
      const panel = await startPanel({ env: { DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir) } })
      await use({ panel, mirror, hosts, host, session: undefined })
      await panel.stop()
      await (before === 0 ? removeHosts() : freshHosts(6))
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  panel: [({ labSite }, use) => use(labSite.panel), { scope: 'worker' }],
  storageState: ({ labSite }, use) => use(labSite.session),
})

export { expect }
