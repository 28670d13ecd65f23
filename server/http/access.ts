import type { Role } from '@/server/domain/api'

/** The least role, or `public`. `own`: any signed-in user, about himself only. */
export type Access = {
  least: Role | 'public'
  /** The body is a stream of any size (uploads); all others end at `bodyLimitBytes`. */
  stream?: true
  /** Another bound of the body: a topology comes with the files that it names. */
  bodyBytes?: number
}

export const bodyLimitBytes = 1024 * 1024

/**
 * Every route of the API with the least role that may call it. A route that is not listed here is refused for everybody,
 * and `tests/platform/access.test.ts` fails.
 */
export const access: Readonly<Record<string, Access>> = {
  'GET /api/health': { least: 'public' },
  'GET /api/openapi.json': { least: 'public' },
  'GET /api/session': { least: 'public' },
  'POST /api/session': { least: 'public' },
  'POST /api/setup': { least: 'public' },
  'DELETE /api/session': { least: 'viewer' },
  'DELETE /api/sessions': { least: 'viewer' },
  'POST /api/session/password': { least: 'viewer' },

  'GET /api/users': { least: 'admin' },
  'POST /api/users': { least: 'admin' },
  'PATCH /api/users/{id}': { least: 'admin' },
  'DELETE /api/users/{id}': { least: 'admin' },

  'GET /api/tokens': { least: 'viewer' },
  'POST /api/tokens': { least: 'viewer' },
  'DELETE /api/tokens/{id}': { least: 'viewer' },

  'GET /api/clusters': { least: 'viewer' },
  'GET /api/clusters/{name}': { least: 'viewer' },
  'PATCH /api/clusters/{name}': { least: 'operator' },
  'GET /api/clusters/{name}/display': { least: 'viewer' },
  'GET /api/clusters/{name}/export': { least: 'admin' },
  'GET /api/clusters/{name}/tiup': { least: 'viewer' },
  'GET /api/clusters/{name}/tiup/compare': { least: 'operator' },
  'POST /api/clusters/{name}/tiup/take': { least: 'admin' },
  'POST /api/clusters/{name}/meta-restore': { least: 'admin' },
  'POST /api/clusters/{name}/hand-back': { least: 'admin' },
  'POST /api/clusters/{name}/forget': { least: 'admin' },
  'GET /api/clusters/{name}/logs': { least: 'operator' },
  'GET /api/clusters/{name}/ledger': { least: 'viewer' },
  'PATCH /api/clusters/{name}/ledger/{id}': { least: 'operator' },
  'GET /api/clusters/{name}/verify-binaries': { least: 'operator' },
  'GET /api/clusters/{name}/monitors': { least: 'viewer' },
  'GET /api/clusters/{name}/changes': { least: 'viewer' },
  'GET /api/clusters/{name}/check': { least: 'operator' },
  'GET /api/clusters/{name}/check/file': { least: 'operator' },
  'GET /api/clusters/{name}/dm': { least: 'viewer' },
  'GET /api/clusters/{name}/dmctl': { least: 'viewer' },
  'POST /api/clusters/{name}/dmctl': { least: 'viewer' },
  'GET /api/clusters/{name}/upgrade': { least: 'viewer' },
  'GET /api/clusters/{name}/exports/{id}/archive': { least: 'admin' },
  'POST /api/clusters/{name}/plans': { least: 'operator', bodyBytes: 8 * bodyLimitBytes },
  'POST /api/clusters/{name}/preflight': { least: 'operator' },
  'POST /api/clusters/{name}/scale-out/check': { least: 'viewer' },
  'GET /api/clusters/{name}/revisions': { least: 'viewer' },
  'GET /api/clusters/{name}/revisions/{revision}': { least: 'viewer' },
  'POST /api/clusters/{name}/edit-config/check': { least: 'viewer', bodyBytes: 8 * bodyLimitBytes },
  'POST /api/clusters/{name}/edit-config': { least: 'operator', bodyBytes: 8 * bodyLimitBytes },
  'GET /api/templates/{form}': { least: 'viewer' },
  'POST /api/topology/check': { least: 'viewer' },
  'POST /api/adopt/scan': { least: 'admin' },
  'POST /api/adopt/upload': { least: 'admin', stream: true },
  'POST /api/adopt': { least: 'admin' },
  'POST /api/simulated-hosts': { least: 'admin' },

  'GET /api/plans/{id}': { least: 'viewer' },
  'GET /api/plans/{id}/input': { least: 'operator' },
  'GET /api/plans/{id}/commands': { least: 'viewer' },
  'GET /api/plans/{id}/blobs/{sha256}': { least: 'viewer' },
  'POST /api/plans/{id}/jobs': { least: 'operator' },

  'GET /api/jobs': { least: 'viewer' },
  'GET /api/jobs/{id}': { least: 'viewer' },
  'GET /api/jobs/{id}/journal': { least: 'viewer' },
  'GET /api/jobs/{id}/log': { least: 'viewer' },
  'GET /api/jobs/{id}/evidence': { least: 'viewer' },
  'GET /api/jobs/{id}/results': { least: 'viewer' },
  'GET /api/jobs/{id}/files': { least: 'operator' },
  'GET /api/jobs/{id}/files/{file}': { least: 'operator' },
  'GET /api/jobs/{id}/files-archive': { least: 'operator' },
  'DELETE /api/jobs/{id}/files': { least: 'operator' },
  'POST /api/jobs/{id}/cancel': { least: 'operator' },
  'POST /api/jobs/{id}/pause': { least: 'operator' },
  'POST /api/jobs/{id}/answer': { least: 'operator' },
  'POST /api/jobs/{id}/waive': { least: 'operator' },
  'POST /api/jobs/{id}/break-in': { least: 'operator' },

  'GET /api/credentials': { least: 'operator' },
  'POST /api/credentials': { least: 'operator' },
  'GET /api/credentials/agent-keys': { least: 'operator' },
  'DELETE /api/credentials/{id}': { least: 'operator' },
  'GET /api/hosts': { least: 'viewer' },
  'POST /api/hosts/probe': { least: 'operator' },
  'GET /api/host-keys': { least: 'viewer' },
  'POST /api/host-keys': { least: 'operator' },
  'POST /api/host-keys/known-hosts': { least: 'operator' },
  'DELETE /api/host-keys': { least: 'admin' },

  'GET /api/packages': { least: 'viewer' },
  'POST /api/packages': { least: 'operator', stream: true },
  'DELETE /api/packages/{sha256}': { least: 'operator' },
  'GET /api/packages/{sha256}': { least: 'viewer' },
  'GET /api/packages/{sha256}/archive': { least: 'operator' },
  'POST /api/packages/{sha256}/verify': { least: 'operator' },
  'POST /api/packages/fetch': { least: 'operator' },
  'POST /api/hotfix-packages/preview': { least: 'operator' },
  'POST /api/hotfix-packages': { least: 'operator' },
  'POST /api/uploads': { least: 'operator', stream: true },
  'GET /api/uploads/{id}': { least: 'operator' },
  'PATCH /api/uploads/{id}': { least: 'operator', stream: true },
  'DELETE /api/uploads/{id}': { least: 'operator' },
  'POST /api/uploads/{id}/package': { least: 'operator' },
  'GET /api/mirror': { least: 'viewer' },
  'POST /api/mirror': { least: 'operator' },
  'POST /api/mirror/confirm': { least: 'admin' },

  'GET /api/channels': { least: 'operator' },
  'POST /api/channels': { least: 'admin' },
  'PATCH /api/channels/{id}': { least: 'admin' },
  'DELETE /api/channels/{id}': { least: 'admin' },
  'POST /api/channels/{id}/test': { least: 'admin' },
  'GET /api/deliveries': { least: 'operator' },
  'POST /api/deliveries/{id}/send': { least: 'admin' },

  'GET /api/errands/{id}': { least: 'viewer' },

  'GET /api/audit': { least: 'viewer' },
  'GET /api/audit/{id}': { least: 'viewer' },
  'GET /api/audit/{id}/evidence': { least: 'viewer' },
  'GET /api/audit/export': { least: 'viewer' },
  'GET /api/audit/verdict': { least: 'viewer' },
  'POST /api/audit/verify': { least: 'viewer' },

  'GET /api/drafts/{key}': { least: 'viewer' },
  'PUT /api/drafts/{key}': { least: 'viewer' },
  'DELETE /api/drafts/{key}': { least: 'viewer' },
}

const rank: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, admin: 3 }

export const mayAct = (role: Role, least: Role): boolean => rank[role] >= rank[least]

/** The row of a request; literal paths win over ones with parameters. */
export const accessOf = (method: string, path: string): Access | undefined => {
  const literal = access[`${method} ${path}`]
  if (literal) return literal
  return patterns.find((pattern) => pattern.method === method && pattern.path.test(path))?.row
}

const patterns = Object.entries(access)
  .filter(([key]) => key.includes('{'))
  .map(([key, row]) => {
    const [method = '', path = ''] = key.split(' ')
    return { method, path: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`), row }
  })
