import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { newUser, userChange, userRow } from '@/server/domain/api-people'
import { changeUser, createUser, listUsers, type PersonRow, removeUser, setPassword } from '@/server/store/users'
import { audited } from '@/server/usecases/audited'
import { answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'

const list = createRoute({ method: 'get', path: '/api/users', responses: { ...answers(z.array(userRow)), ...refusals } })
const create = createRoute({
  method: 'post',
  path: '/api/users',
  request: takes(newUser),
  responses: { ...answers(userRow), ...refusals },
})
const change = createRoute({
  method: 'patch',
  path: '/api/users/{id}',
  request: { params: idParam, ...takes(userChange) },
  responses: { ...answers(userRow, 'Changed. A disabled user, or one with a new password, is signed out everywhere.'), ...refusals },
})
const remove = createRoute({
  method: 'delete',
  path: '/api/users/{id}',
  request: { params: idParam },
  responses: { ...answers(z.object({ ok: z.literal(true) })), ...refusals },
})

/** People and their roles. */
export const registerUserRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json((await listUsers(c.get('db'))).map(asRow), 200))
  api.openapi(create, async (c) => {
    const { password, ...person } = c.req.valid('json')
    const passwordHash = await c.get('auth').hashPassword(password)
    const deed = {
      what: 'create-user',
      command: `create user ${person.email} as ${person.role}${person.maySudo ? ', maySudo=true' : ''}`,
      targets: [person.email],
    }
    const made = await audited(c.get('db'), c.get('user'), deed, () => createUser(c.get('db'), { ...person, passwordHash }))
    return c.json(asRow(made), 200)
  })
  api.openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    const { password, name, role, disabled, maySudo } = c.req.valid('json')
    const wanted = {
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(disabled !== undefined && { disabled }),
      ...(maySudo !== undefined && { maySudo }),
    }
    const changes = [
      ...Object.entries(wanted).map(([field, value]) => `${field}=${value}`),
      ...(password === undefined ? [] : ['password']),
    ]
    const deed = { what: 'change-user', command: `change user: ${changes.join(', ')}`, targets: [id] }
    const changed = await audited(c.get('db'), c.get('user'), deed, async () => {
      const person = await changeUser(c.get('db'), id, wanted)
      if (password !== undefined) await setPassword(c.get('db'), id, await c.get('auth').hashPassword(password))
      return person
    })
    return c.json(asRow(changed), 200)
  })
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const deed = { what: 'remove-user', command: 'remove user', targets: [id] }
    await audited(c.get('db'), c.get('user'), deed, () => removeUser(c.get('db'), id))
    return c.json({ ok: true as const }, 200)
  })
}

const asRow = (person: PersonRow) => ({ ...person, createdAt: person.createdAt.toISOString() })
