'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { runErrand } from '@/components/data/queries'
import type { ErrandView } from '@/server/domain/api'
import type { CheckRow } from '@/server/domain/check-row'
import type { ReachInput } from '@/server/domain/ssh-client'
import type { Draft } from './draft'
import { useWork } from './use-access'

/** The preflight report. */
export const useChecks = (draft: Draft, reach: ReachInput | undefined) => {
  const [rows, setRows] = useState<readonly CheckRow[]>([])
  const [at, setAt] = useState<string | null>(null)
  const work = useWork()
  const run = () =>
    work.run(async () => {
      const body = { version: draft.version, topology: draft.yaml, credentialId: draft.credentialId, ...(reach && { reach }) }
      setRows(
        await runErrand<CheckRow[]>(() =>
          api<ErrandView>(`/api/clusters/${encodeURIComponent(draft.name)}/preflight`, { method: 'POST', body }),
        ),
      )
      setAt(new Date().toISOString())
    })
  return { rows, at, run, busy: work.busy, error: work.error }
}
