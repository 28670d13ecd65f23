import { io as connect } from 'socket.io-client'
import type { ErrandView, JobRow, PlanView } from '@/server/domain/api'
import { watchEvents } from '@/server/domain/live-events'
import { until } from './panel'

/** The panel's API as a script uses it: signed in once, then cookies on every call. */
export class ApiClient {
  private cookie = ''
  constructor(readonly url: string) {}

  /** Creates the administrator with the setup token, and signs in. */
  async setUp(token: string, password = 'a long enough password'): Promise<void> {
    await this.post('/api/setup', { token, name: 'Alice Lin', email: 'alice@example.org', password })
    await this.signIn('alice@example.org', password)
  }

  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.send('POST', '/api/session', { email, password })
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`)
    this.cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
  }

  /** For a browser that is to be signed in as this client is. */
  cookies(): { name: string; value: string }[] {
    return this.cookie
      .split('; ')
      .filter(Boolean)
      .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }))
  }

  send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        origin: this.url,
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async get<T>(path: string): Promise<T> {
    return this.json<T>(await this.send('GET', path), path)
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>(await this.send('POST', path, body), path)
  }

  /** Asks for work that the runner does, and waits for its result. */
  async errand<T>(path: string, body: unknown, timeoutMs = 120_000): Promise<T> {
    return this.errandDone<T>((await this.post<ErrandView>(path, body)).id, timeoutMs)
  }

  /** The result of work that was asked for. */
  async errandDone<T>(id: string, timeoutMs = 120_000): Promise<T> {
    let view = await this.get<ErrandView>(`/api/errands/${id}`)
    await until(async () => {
      view = await this.get<ErrandView>(`/api/errands/${id}`)
      return view.state === 'done' || view.state === 'failed'
    }, timeoutMs)
    if (view.state === 'failed') throw new Error(`${view.kind}: ${JSON.stringify(view.error)}`)
    return view.result as T // the errand's own result, as its route documents it
  }

  /** Asks for a plan and waits until it is ready or failed. */
  async plan(cluster: string, operation: string, input: unknown): Promise<PlanView> {
    const asked = await this.post<PlanView>(`/api/clusters/${cluster}/plans`, { operation, input })
    let view = asked
    await until(async () => {
      view = await this.get<PlanView>(`/api/plans/${asked.id}`)
      return view.state !== 'probing'
    }, 120_000)
    return view
  }

  /** Submits a plan, consenting to its warnings. */
  async run(plan: PlanView): Promise<JobRow> {
    const consent = plan.problems.filter((problem) => problem.severity === 'warning').map((problem) => problem.code)
    return this.post<JobRow>(`/api/plans/${plan.id}/jobs`, { consent, confirm: plan.cluster })
  }

  /** Waits until a job is in one of the states. */
  async jobIn(id: string, states: readonly string[], timeoutMs = 300_000): Promise<JobRow> {
    let row = await this.get<JobRow>(`/api/jobs/${id}`)
    await until(async () => {
      row = await this.get<JobRow>(`/api/jobs/${id}`)
      return states.includes(row.state)
    }, timeoutMs)
    return row
  }

  /** Keeps a cluster's status fresh, as its page does, until the returned function is called. */
  watch(cluster: string): () => void {
    const socket = connect(this.url, { transports: ['websocket'], extraHeaders: { origin: this.url, cookie: this.cookie } })
    socket.on('connect', () => socket.emit(watchEvents.cluster, { cluster }))
    return () => socket.disconnect()
  }

  private async json<T>(answer: Response, path: string): Promise<T> {
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as T // the caller names the shape that the route documents
  }
}
