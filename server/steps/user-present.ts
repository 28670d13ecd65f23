import type { UserFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { madeFunction } from './made'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

export const userPresentScript = {
  name: 'user-present',
  // Same shape of account as tiup 842f05c makes: own home, bash, the group as primary one.
  text: `${head}${madeFunction}user=$1 group=$2
if getent passwd "$user" >/dev/null; then
  has=$(id -gn "$user")
  [ "$has" = "$group" ] || die 65 "user $user exists with the primary group $has, not $group"
  exit 0
fi
if ! getent group "$group" >/dev/null; then
  made "group $group"
  groupadd -f "$group"
fi
made "user $user"
useradd -m -s /bin/bash -g "$group" "$user"
`,
}

/** `tidb, group tidb` */
export const userInWords = (fact: UserFact | undefined): string => {
  if (!fact) return 'unknown'
  return fact.exists ? `uid ${fact.uid}, group ${fact.primaryGroup}, home ${fact.home}` : 'absent'
}

/** An account with this primary group. One that exists with another group is left alone and named in the error. */
export const userPresent: StepKind<StepOf<'user-present'>> = {
  needs: (step) => [{ probe: 'user', user: step.user }],
  satisfied: (step, seen) => judged(seen.users[step.user], (fact) => fact.exists && fact.primaryGroup === step.group),
  acts: (step) => [{ act: 'exec', argv: bash(userPresentScript, step.user, step.group), as: 'root', deadlineMs: shortMs }],
  predict(step, seen) {
    const before = seen.users[step.user]
    const fresh = { exists: true as const, uid: 1000, primaryGroup: step.group, home: `/home/${step.user}`, shell: '/bin/bash' }
    const fact = before?.exists ? { ...before, primaryGroup: step.group } : fresh
    return { ...seen, users: { ...seen.users, [step.user]: fact } }
  },
  explain: (step, seen) => ({ expected: `user ${step.user}, group ${step.group}`, seen: userInWords(seen.users[step.user]) }),
  afterCrash: 'probe',
}
