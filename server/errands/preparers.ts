import type { OperationName } from '@/server/domain/plan'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { prepareDeploy } from './prepare-deploy'
import { prepareDmctl } from './prepare-dmctl'
import { prepareExec } from './prepare-exec'
import { prepareRestart, prepareSelection } from './prepare-existing'
import { preparePull, preparePush } from './prepare-files'
import { prepareClean, prepareDestroy } from './prepare-life'
import { prepareManage } from './prepare-manage'
import { preparePatch } from './prepare-patch'
import { prepareRedeploy } from './prepare-redeploy'
import { prepareReload } from './prepare-reload'
import { prepareRemoval } from './prepare-removal'
import { prepareRename } from './prepare-rename'
import { prepareRotate } from './prepare-rotate'
import { preparePrune, prepareScaleIn, prepareScaleOut } from './prepare-scale'
import { prepareFinalise, prepareRollback, prepareUpgrade } from './prepare-upgrade'
import type { Prepared } from './prepared'

/** How each operation's input is made of what was asked for; a new name without a row does not compile. */
export const preparers: Record<OperationName, (run: ErrandRun, row: PlanRow) => Promise<Prepared>> = {
  deploy: prepareDeploy,
  start: prepareSelection,
  stop: prepareSelection,
  restart: prepareRestart,
  reload: prepareReload,
  patch: preparePatch,
  'scale-out': prepareScaleOut,
  'scale-in': prepareScaleIn,
  prune: preparePrune,
  upgrade: prepareUpgrade,
  rollback: prepareRollback,
  redeploy: prepareRedeploy,
  finalise: prepareFinalise,
  enable: prepareSelection,
  disable: prepareSelection,
  clean: prepareClean,
  destroy: prepareDestroy,
  rename: prepareRename,
  manage: prepareManage,
  exec: prepareExec,
  push: preparePush,
  pull: preparePull,
  'rotate-ssh': prepareRotate,
  dmctl: prepareDmctl,
  'remove-deploy': prepareRemoval,
}
