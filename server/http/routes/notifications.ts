import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { errandView } from '@/server/domain/api'
import { changeChannel, channelRow, channelsView, deliveryRow, deliveryStates, newChannel } from '@/server/domain/notify'
import { channelRows } from '@/server/store/channels'
import { listDeliveries } from '@/server/store/deliveries'
import { dropChannel, changeChannel as patchChannel, saveChannel, sendDeliveryAgain, testChannelNow } from '@/server/usecases/channels'
import { accepts, answers, idParam, refusals, takes } from '../answers'
import type { Api } from '../api'
import { errandBody, who } from '../who'

const list = createRoute({ method: 'get', path: '/api/channels', responses: { ...answers(channelsView), ...refusals } })
const create = createRoute({
  method: 'post',
  path: '/api/channels',
  request: takes(newChannel),
  responses: { ...answers(channelRow, 'Its address and its secret are never answered.'), ...refusals },
})
const change = createRoute({
  method: 'patch',
  path: '/api/channels/{id}',
  request: { params: idParam, ...takes(changeChannel) },
  responses: { ...answers(channelRow), ...refusals },
})
const done = z.object({ ok: z.literal(true) })
const remove = createRoute({
  method: 'delete',
  path: '/api/channels/{id}',
  request: { params: idParam },
  responses: { ...answers(done), ...refusals },
})
const test = createRoute({
  method: 'post',
  path: '/api/channels/{id}/test',
  request: { params: idParam },
  responses: { ...accepts(errandView, 'Really sends a message; the errand’s result is what the receiver answered.'), ...refusals },
})
const deliveries = createRoute({
  method: 'get',
  path: '/api/deliveries',
  request: {
    query: z.object({
      channel: z.string().optional(),
      state: z.enum(deliveryStates).optional(),
      before: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...answers(z.array(deliveryRow), 'The newest first.'), ...refusals },
})
const again = createRoute({
  method: 'post',
  path: '/api/deliveries/{id}/send',
  request: { params: idParam },
  responses: { ...answers(done), ...refusals },
})

/** Channels, and the messages that went through them. */
export const registerNotificationRoutes = (api: Api): void => {
  api.openapi(list, async (c) => c.json({ channels: await channelRows(c.get('db')), panelUrl: c.get('env').panelUrl ?? null }, 200))
  api.openapi(create, async (c) => c.json(await saveChannel(c.get('db'), who(c), c.req.valid('json')), 200))
  api.openapi(change, async (c) => c.json(await patchChannel(c.get('db'), who(c), c.req.valid('param').id, c.req.valid('json')), 200))
  api.openapi(remove, async (c) => {
    await dropChannel(c.get('db'), who(c), c.req.valid('param').id)
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(test, async (c) => c.json(errandBody(await testChannelNow(c.get('db'), who(c), c.req.valid('param').id), c), 202))
  api.openapi(deliveries, async (c) => c.json(await listDeliveries(c.get('db'), c.req.valid('query')), 200))
  api.openapi(again, async (c) => {
    await sendDeliveryAgain(c.get('db'), who(c), c.req.valid('param').id)
    return c.json({ ok: true as const }, 200)
  })
}
