import type { StepOf } from '@/server/domain/step'
import type { StepKind } from './step-kind'

/** Tried when its turn comes: what lies in a file says nothing of what sshd makes of it. */
export const loginWorks: StepKind<StepOf<'login-works'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ user, credentialId }) => [{ act: 'login', user, credentialId, expect: 'works' }],
  predict: (_step, seen) => seen,
  explain: ({ user }) => ({ expected: `${user} is let in by the new key`, seen: 'refused' }),
  afterCrash: 'repeat',
}

export const loginRefused: StepKind<StepOf<'login-refused'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ user, credentialId, host }) => [
    { act: 'login', user, credentialId, expect: 'refused' },
    { act: 'record', change: { change: 'former-key-gone', credentialId, host } },
  ],
  predict: (_step, seen) => seen,
  explain: ({ user }) => ({ expected: `${user} is refused by the former key`, seen: 'let in' }),
  afterCrash: 'repeat',
}
