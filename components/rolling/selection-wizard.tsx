'use client'

import { useUrlState } from '@/components/data/url-state'
import type { Selection } from './selection'
import { type WizardAt, WizardPage } from './wizard-page'

type Props<D extends object> = {
  cluster: string
  operation: string
  title: string
  empty: D
  /** Instances that the address names, as a part of the draft; they go before what was typed. */
  asked: (selection: Selection) => Partial<D>
  children: (at: WizardAt<D>) => React.ReactNode
}

/** The wizard of an operation on chosen instances: `?nodes=a,b` chooses them. */
export function SelectionWizard<D extends object>({ asked, ...props }: Props<D>) {
  const nodes = useUrlState().get('nodes').split(',').filter(Boolean)
  return <WizardPage<D> {...props} {...(nodes.length > 0 && { asked: asked({ roles: [], nodes }) })} />
}
