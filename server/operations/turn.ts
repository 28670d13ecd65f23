import type { Instance } from '@/server/domain/instance'
import type { Draft } from './build'

/** One instance's turn. */
export type Turn = {
  instance: Instance
  /** What happens while it is stopped; nothing: it is only restarted. */
  activate: readonly Draft[]
  /** Right before it stops, when leadership and sources have moved away. */
  before?: readonly Draft[]
  /** Right after it was started. */
  after?: readonly Draft[]
  /** As soon as its turn ends, whatever its outcome. */
  atEnd?: readonly Draft[]
  /** What its process must be afterwards. */
  expect?: { exeSha256?: string; version?: string }
  /** Not stopped and not started: it was down, and stays so. */
  offline?: boolean
}
