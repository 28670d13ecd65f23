import type { Step, StepKindName, StepOf } from '@/server/domain/step'
import { authorizedKeyAbsent, authorizedKeyPresent } from './authorized-key'
import { awaited } from './awaited'
import { binaries } from './binaries'
import { binariesStaged } from './binaries-staged'
import { command } from './command'
import { configExported } from './config-exported'
import { configImported } from './config-imported'
import { contentsAbsent } from './contents-absent'
import { directory } from './directory'
import { dmctl } from './dmctl'
import { file } from './file'
import { filePulled } from './file-pulled'
import { filePushed } from './file-pushed'
import { guard } from './guard'
import { evictCancelled, leaderNotHere } from './leader'
import { leadershipNoted } from './leadership-noted'
import { loginRefused, loginWorks } from './login'
import { memberAbsent } from './member-absent'
import { packageCached } from './package-cached'
import { pathAbsent } from './path-absent'
import { recorded } from './recorded'
import { sourceBoundElsewhere } from './source-bound-elsewhere'
import type { StepKind } from './step-kind'
import { unitEnabled } from './unit-enabled'
import { unitRunning } from './unit-running'
import { unitStopped } from './unit-stopped'
import { userAbsent } from './user-absent'
import { userPresent } from './user-present'

/** The behaviour of every kind of step; a new kind without a row does not compile. */
export const stepKinds = {
  guard,
  'user-present': userPresent,
  'user-absent': userAbsent,
  'authorized-key': authorizedKeyPresent,
  'authorized-key-absent': authorizedKeyAbsent,
  directory,
  file,
  'package-cached': packageCached,
  'binaries-staged': binariesStaged,
  binaries,
  'unit-enabled': unitEnabled,
  'unit-running': unitRunning,
  'unit-stopped': unitStopped,
  'path-absent': pathAbsent,
  'contents-absent': contentsAbsent,
  'leader-not-here': leaderNotHere,
  'evict-cancelled': evictCancelled,
  'source-bound-elsewhere': sourceBoundElsewhere,
  'member-absent': memberAbsent,
  'config-exported': configExported,
  'config-imported': configImported,
  'leadership-noted': leadershipNoted,
  command,
  dmctl,
  'login-works': loginWorks,
  'login-refused': loginRefused,
  'file-pushed': filePushed,
  'file-pulled': filePulled,
  awaited,
  recorded,
} satisfies { [K in StepKindName]: StepKind<StepOf<K>> }

/**
 * The behaviour of a step. Parameters of methods are bivariant, so the exact table may be read as a plain one;
 * pass the very step, or another of its kind.
 */
export const kindOf = (step: Step): StepKind<Step> => {
  const table: Record<StepKindName, StepKind<Step>> = stepKinds
  return table[step.kind]
}
