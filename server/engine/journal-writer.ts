import { foldJournal, growingView } from '@/server/domain/fold-journal'
import type { JobView } from '@/server/domain/job'
import type { Entry } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import type { Db } from '@/server/store/database'
import { appendEntries, type NewEntry, readJournal } from '@/server/store/journal'
import type { Engine } from './engine'
import type { Place } from './place'

const flushMs = 100

/**
 * The one pen of an attempt: entries are written in the order of the calls, output between them in the order it came, and `view` is
 * the fold of all that is written, also by users. A failed write fails this call and every later one.
 */
export class JournalWriter {
  private pending: NewEntry[] = []
  private readonly queue: NewEntry[] = []
  private timer: NodeJS.Timeout | undefined
  private last: Promise<void> = Promise.resolve()
  private readonly fold: ReturnType<typeof growingView>

  private constructor(
    private readonly engine: Pick<Engine, 'db' | 'clock' | 'boundary'>,
    plan: Plan,
    private readonly job: { jobId: string; attempt: number },
    entries: readonly Entry[],
    private readonly onBroken: (error: unknown) => void,
  ) {
    this.fold = growingView(plan, entries)
  }

  /** `onBroken` is told when output could not be written behind the caller's back. */
  static async open(
    engine: Pick<Engine, 'db' | 'clock' | 'boundary'>,
    { plan, jobId, attempt, onBroken }: { plan: Plan; jobId: string; attempt: number; onBroken: (error: unknown) => void },
  ): Promise<JournalWriter> {
    const entries = await readJournal(engine.db, jobId, 0)
    return new JournalWriter(engine, plan, { jobId, attempt }, entries, onBroken)
  }

  /** Changes with what is written; steps and lanes in it do not. */
  get view(): JobView {
    return this.fold.view
  }

  /** Durable when it resolves; pending output goes first. Throws `LeaseLost`. */
  async append(...entries: NewEntry[]): Promise<void> {
    for (const entry of entries) this.engine.boundary(`before ${nameOf(entry)}`)
    await this.drain(entries)
    for (const entry of entries) this.engine.boundary(`after ${nameOf(entry)}`)
  }

  /** Output as it comes; written within 100 ms, never cut. */
  output(place: Place | Record<string, never>, stream: 'stdout' | 'stderr' | 'note', text: string): void {
    if (text === '') return
    const before = this.pending.at(-1)
    const same = before?.kind === 'output' && before.stream === stream && before.step === place.step && before.lane === place.lane
    if (same) before.text += text
    else this.pending.push({ kind: 'output', stream, text, ...place })
    this.timer ??= setTimeout(() => this.flush().catch(this.onBroken), flushMs)
  }

  flush(): Promise<void> {
    return this.drain([])
  }

  /** Folds what users have written since. */
  sync(): Promise<void> {
    return this.chained(() => this.catchUp(undefined))
  }

  /** Nothing is written behind anybody's back any more. */
  close(): void {
    clearTimeout(this.timer)
  }

  /** Whatever lanes say while a write is under way goes into the next one together. */
  private drain(entries: readonly NewEntry[]): Promise<void> {
    this.queue.push(...this.takePending(), ...entries)
    return this.chained(() => this.write(this.queue.splice(0)))
  }

  private takePending(): NewEntry[] {
    clearTimeout(this.timer)
    this.timer = undefined
    return this.pending.splice(0)
  }

  private async write(entries: readonly NewEntry[]): Promise<void> {
    if (entries.length === 0) return
    const at = new Date(this.engine.clock.now())
    const written = await appendEntries(this.engine.db, this.job.jobId, { attempt: this.job.attempt, entries, at })
    await this.catchUp(written[0]?.seq)
    for (const entry of written) this.fold.add(entry)
  }

  private async catchUp(beforeSeq: number | undefined): Promise<void> {
    if (beforeSeq === this.view.lastSeq + 1) return
    const others = await readJournal(this.engine.db, this.job.jobId, this.view.lastSeq, beforeSeq && beforeSeq - this.view.lastSeq - 1)
    for (const entry of others) this.fold.add(entry)
  }

  private chained(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work)
    this.last.catch(() => {}) // whoever called has the error; this only keeps the chain from being called unhandled
    return this.last
  }
}

/** `done 2.1/10.0.0.3/file/x`: unique in a job that is not interrupted. */
const nameOf = ({ kind, step, lane, phase }: NewEntry): string => `${kind} ${step ?? lane ?? phase ?? ''}`.trim()

/** The view of a job as it is written now. */
export const readView = async (db: Db, plan: Plan, jobId: string): Promise<JobView> => foldJournal(plan, await readJournal(db, jobId, 0))
