'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { runErrand } from '@/components/data/queries'
import type { ErrandView, ProbedHost } from '@/server/domain/api'
import type { JumpInput } from '@/server/domain/ssh-client'

/** Host keys and a tried login. */
export const useAccess = (
  credentialId: string,
  hosts: readonly { address: string; port: number }[],
  jump: JumpInput | null | undefined,
) => {
  const [probed, setProbed] = useState<readonly ProbedHost[]>([])
  const work = useWork()
  const probe = (withLogin: boolean) =>
    work.run(async () => {
      const body = { hosts, ...(withLogin ? { credentialId } : {}), ...(jump?.length && { jump }) }
      setProbed(await runErrand<ProbedHost[]>(() => api<ErrandView>('/api/hosts/probe', { method: 'POST', body })))
    })
  const confirm = async () => {
    const keys = probed.filter((one) => one.state === 'new').map(({ address, port, keyType, key }) => ({ address, port, keyType, key }))
    await work.run(async () => {
      await api('/api/host-keys', { method: 'POST', body: { keys } })
    })
    await probe(credentialId !== '')
  }
  const ready =
    hosts.length > 0 &&
    hosts.every((host) => probed.some((one) => one.address === host.address && one.port === host.port && one.login === 'ok'))
  return { probed, probe, confirm, ready, busy: work.busy, error: work.error }
}

/** Work of a button: whether it is under way, and what went wrong. */
export const useWork = () => {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    await work().catch(setError)
    setBusy(false)
  }
  return { busy, error, run }
}
