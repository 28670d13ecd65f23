import type { OperationName } from '@/server/domain/plan'
import { deploy } from './deploy'
import { finalise } from './finalise'
import type { Operation } from './input'
import { patch } from './patch'
import { prune } from './prune'
import { removeDeploy } from './remove-deploy'
import { restart } from './restart'
import { rollback } from './rollback'
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
  patch,
  'scale-out': scaleOut,
  'scale-in': scaleIn,
  prune,
  upgrade,
  rollback,
  finalise,
  'remove-deploy': removeDeploy,
}
