import type { OperationName } from '@/server/domain/plan'
import { disable, enable } from './boot'
import { clean } from './clean'
import { deploy } from './deploy'
import { destroy } from './destroy'
import { dmctl } from './dmctl'
import { exec } from './exec'
import { finalise } from './finalise'
import type { Operation } from './input'
import { manage } from './manage'
import { patch } from './patch'
import { prune } from './prune'
import { pull } from './pull'
import { push } from './push'
import { redeploy } from './redeploy'
import { reload } from './reload'
import { removeDeploy } from './remove-deploy'
import { rename } from './rename'
import { restart } from './restart'
import { rollback } from './rollback'
import { rotateSsh } from './rotate-ssh'
import { scaleIn } from './scale-in'
import { scaleOut } from './scale-out'
import { start } from './start'
import { stop } from './stop'
import { upgrade } from './upgrade'

/** Every verb; a new name without a row does not compile. */
export const operations: Record<OperationName, Operation> = {
  deploy,
  start,
  stop,
  restart,
  reload,
  patch,
  'scale-out': scaleOut,
  'scale-in': scaleIn,
  prune,
  upgrade,
  rollback,
  redeploy,
  finalise,
  enable,
  disable,
  clean,
  destroy,
  rename,
  manage,
  exec,
  push,
  pull,
  'rotate-ssh': rotateSsh,
  dmctl,
  'remove-deploy': removeDeploy,
}
