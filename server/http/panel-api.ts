import { isSecure, readEnv } from '@/server/env'
import { openDatabase } from '@/server/store/database'
import { authSecret } from '@/server/store/settings'
import type { Api } from './api'
import { type ApiDeps, createApi } from './app'
import { createAuth } from './auth'

/** What the API needs, of this process. Next bundles routes apart from the server, so they share it by `globalThis` or not at all. */
export const panelDeps = (): Promise<ApiDeps> => {
  held.dmPanelDeps ??= open()
  return held.dmPanelDeps
}

/** Answers a request of the API; opens the database at the first one. */
export const answerApi = async (request: Request): Promise<Response> => {
  api ??= panelDeps().then(createApi)
  return (await api).fetch(request)
}

const open = async (): Promise<ApiDeps> => {
  const env = readEnv()
  const db = await openDatabase(env.databaseUrl)
  const auth = createAuth({ db, secret: await authSecret(db), secure: isSecure(env) })
  return { db, env, auth }
}

let api: Promise<Api> | undefined
const held: typeof globalThis & { dmPanelDeps?: Promise<ApiDeps> } = globalThis
