import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { checkEditInput, editCheck, editInput, editSaved, revisionsView, revisionText } from '@/server/domain/api-config'
import { checkEdit, readRevision, readRevisions, saveEdit } from '@/server/usecases/edit-config'
import { answers, refusals, takes } from '../answers'
import type { Api } from '../api'
import { who } from '../who'

const name = z.string().min(1).max(100)
const named = { params: z.object({ name }) }

const list = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/revisions',
  request: named,
  responses: { ...answers(revisionsView), ...refusals },
})
const read = createRoute({
  method: 'get',
  path: '/api/clusters/{name}/revisions/{revision}',
  request: { params: z.object({ name, revision: z.coerce.number().int().min(1) }) },
  responses: { ...answers(revisionText, 'As it was typed, comments kept, secrets masked.'), ...refusals },
})
const check = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/edit-config/check',
  request: { ...named, ...takes(checkEditInput) },
  responses: { ...answers(editCheck, 'What a save would be told, and every file that a reload would write. Keeps nothing.'), ...refusals },
})
const save = createRoute({
  method: 'post',
  path: '/api/clusters/{name}/edit-config',
  request: { ...named, ...takes(editInput) },
  responses: {
    ...answers(editSaved, 'A new revision; nothing on a host has changed. 409 `edit.stale`: another one has come between.'),
    ...refusals,
  },
})

export const registerRevisionRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json(await readRevisions(c.get('db'), c.req.valid('param').name), 200))
  api.openapi(read, async (c) => {
    const { name: cluster, revision } = c.req.valid('param')
    return c.json(await readRevision(c.get('db'), cluster, revision), 200)
  })
  api.openapi(check, async (c) => c.json(await checkEdit(c.get('db'), c.req.valid('param').name, c.req.valid('json')), 200))
  api.openapi(save, async (c) =>
    c.json(await saveEdit(c.get('db'), who(c), { cluster: c.req.valid('param').name, ...c.req.valid('json') }), 200),
  )
}
