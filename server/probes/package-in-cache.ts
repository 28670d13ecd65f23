import type { HostQuestion, ProbeOf } from './host-question'

/** Where a package lies in the root-owned, content-addressed cache of a host. */
export const cachedPackagePath = (sha256: string): string => `/var/lib/dm-panel/packages/${sha256}.tar.gz`

/** Size of a cached package; 0 when it is not there. Only whole, verified files get that name. */
export const packageInCache: HostQuestion<ProbeOf<'package'>> = {
  body: `
  if [ -f "$1" ]; then stat -c %s -- "$1"; else echo 0; fi`,
  args: (probe) => [cachedPackagePath(probe.sha256)],
  note(probe, lines, facts) {
    const size = lines[0] ?? ''
    return /^\d+$/.test(size) ? { ...facts, packages: { ...facts.packages, [probe.sha256]: Number(size) } } : facts
  },
}
