'use client'

import { useRef } from 'react'
import { useLiveCluster } from '@/components/data/live'
import { useCluster, useDraft } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import type { ClusterDetail } from '@/server/domain/api'
import type { InstanceRow } from './selection'
import { draftKeyOf, type Kept, useKeptDraft } from './wizard-draft'

export type WizardAt<D> = Kept<D> & {
  cluster: ClusterDetail
  /** As the last status has them; empty while none was read. */
  rows: readonly InstanceRow[]
  operation: string
  /** Something was typed before. */
  restored: boolean
}

type Props<D extends object> = {
  cluster: string
  operation: string
  title: string
  empty: D
  /** What the address asks for; it goes before what was typed. */
  asked?: Partial<D>
  children: (at: WizardAt<D>) => React.ReactNode
}

/** The cluster, live, and the draft of one operation on it; the wizard itself is the child. */
export function WizardPage<D extends object>(props: Props<D>) {
  const cluster = useCluster(props.cluster)
  const stored = useDraft<Partial<D>>(draftKeyOf(props.operation, props.cluster))
  useLiveCluster(props.cluster)
  return (
    <div className="col">
      <Loaded query={cluster} columns={5} title={props.title}>
        {(detail) => (
          <Loaded query={stored} columns={5} title={props.title}>
            {(kept) => <Keeping {...props} detail={detail} kept={kept?.value ?? null} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

function Keeping<D extends object>({ detail, kept, ...props }: Props<D> & { detail: ClusterDetail; kept: Partial<D> | null }) {
  // As it was when the page was opened; what is saved since comes back as `kept`.
  const initial = useRef({ ...props.empty, ...kept, ...props.asked })
  const state = useKeptDraft(draftKeyOf(props.operation, props.cluster), initial.current, props.empty)
  return props.children({
    ...state,
    cluster: detail,
    rows: detail.status?.rows ?? [],
    operation: props.operation,
    restored: kept !== null && state.draft === initial.current,
  })
}
