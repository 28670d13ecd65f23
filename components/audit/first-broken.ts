import type { AuditVerified } from '@/server/domain/api-audit'

/** The finding to name: the first one in the chain, else one outside it. */
export const firstBroken = ({ findings }: AuditVerified): AuditVerified['findings'][number] | undefined =>
  findings.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number)[0] ?? findings[0]
