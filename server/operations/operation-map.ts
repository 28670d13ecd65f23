import type { OperationName } from '@/server/domain/plan'
import { deploy } from './deploy'
import type { Operation } from './input'
import { removeDeploy } from './remove-deploy'
import { restart } from './restart'
import { start } from './start'
import { stop } from './stop'

/** Every verb; a new name without a row does not compile. */
export const operations: Record<OperationName, Operation> = { deploy, start, stop, restart, 'remove-deploy': removeDeploy }
