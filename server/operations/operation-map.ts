import type { OperationName } from '@/server/domain/plan'
import { deploy } from './deploy'
import type { Operation } from './input'
import { patch } from './patch'
import { prune } from './prune'
import { removeDeploy } from './remove-deploy'
import { restart } from './restart'
import { scaleIn } from './scale-in'
import { scaleOut } from './scale-out'
import { start } from './start'
import { stop } from './stop'

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
  'remove-deploy': removeDeploy,
}
