/** Names of the query cache; one place, so that the live socket and mutations hit the same rows. */
export const keys = {
  session: ['session'],
  clusters: ['clusters'],
  cluster: (name: string) => ['clusters', name],
  jobs: ['jobs'],
  job: (id: string) => ['jobs', id],
  plan: (id: string) => ['plans', id],
  packages: ['packages'],
  mirror: ['mirror'],
  credentials: ['credentials'],
  hostKeys: ['host-keys'],
  audit: ['audit'],
  auditChain: ['audit-chain'],
  users: ['users'],
  tokens: ['tokens'],
  health: ['health'],
  draft: (key: string) => ['drafts', key],
} as const
