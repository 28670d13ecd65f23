'use client'

import { useQuery } from '@tanstack/react-query'
import { api } from '@/components/data/api'
import { runErrand } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { SelectField } from '@/components/ui/field'
import type { ErrandView } from '@/server/domain/api'
import type { AgentKeys } from '@/server/domain/api-hosts'

/** What the runner's ssh-agent holds, asked when a form opens. */
export const useAgentKeys = (): AgentKeys | undefined =>
  useQuery({
    queryKey: ['agent-keys'],
    queryFn: () => runErrand<AgentKeys>(() => api<ErrandView>('/api/credentials/agent-keys')),
    staleTime: 10_000,
  }).data

/** `chosen`: `type body` of a key; '': whichever a host takes. */
export function AgentKeyField(props: { agent: AgentKeys; chosen: string; onChoose: (publicKey: string) => void }) {
  const { say } = useWords()
  const { keys, error } = props.agent
  return (
    <SelectField
      label={say('credentials.agent-key')}
      hint={say('credentials.agent-help')}
      error={error ? say('credentials.agent-silent', { error }) : keys.length === 0 ? say('credentials.agent-empty') : undefined}
      value={props.chosen}
      onChange={(event) => props.onChoose(event.target.value)}
      options={[
        { value: '', label: say('credentials.agent-any') },
        ...keys.map(({ keyType, key, fingerprint, comment }) => ({
          value: `${keyType} ${key}`,
          label: `${comment} ${keyType} ${fingerprint}`,
        })),
      ]}
    />
  )
}
