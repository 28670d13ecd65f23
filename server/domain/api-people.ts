import { z } from 'zod'
import { roles } from './api'

/** People, as the API shows them: who is signed in, and who may. */
export const session = z.object({
  needsSetup: z.boolean(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string(), role: z.enum(roles), maySudo: z.boolean() }).nullable(),
})
export const userRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
  disabled: z.boolean(),
  /** May run commands as root on hosts; an administrator may anyway. */
  maySudo: z.boolean(),
  createdAt: z.string(),
})
export const newUser = z.object({
  name: z.string().trim().min(1),
  email: z.email(),
  password: z.string().min(12).max(200),
  role: z.enum(roles),
  maySudo: z.boolean().default(false),
})
export const userChange = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  role: z.enum(roles).optional(),
  disabled: z.boolean().optional(),
  maySudo: z.boolean().optional(),
  password: z.string().min(12).max(200).optional(),
})

export type SessionView = z.infer<typeof session>
export type UserRow = z.infer<typeof userRow>
