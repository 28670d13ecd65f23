import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Env } from '@/server/env'
import type { Db } from '@/server/store/database'
import type { Auth } from './auth'
import { requestInvalid } from './errors'
import type { ApiUser } from './identify'

/** What every route may use. `user` is set wherever `access.ts` asks for a role; on public routes read `visitor`. */
export type ApiVariables = {
  db: Db
  env: Env
  auth: Auth
  user: ApiUser
  visitor: ApiUser | undefined
}

export type Api = OpenAPIHono<{ Variables: ApiVariables }>

export type ApiContext = Context<{ Variables: ApiVariables }>

/** An empty router whose zod refusals become the API's error shape. */
export const newApi = (): Api =>
  new OpenAPIHono<{ Variables: ApiVariables }>({
    defaultHook: (result) => {
      if (!result.success) throw requestInvalid(result.error)
    },
  })
