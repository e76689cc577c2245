import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { MOST_DRAIN_SECONDS } from '../../config/limits.ts'
import { configOf } from '../../controller/wanted.ts'
import type { Drains } from '../../drain/drain.ts'
import { type DrainProgress, drainProgress } from '../../drain/progress.ts'
import { drained, isAt, type Place, requireBackend, undrained } from '../../drain/operate.ts'
import { type ApiContext, reading } from '../context.ts'
import { HttpProblem } from '../problem.ts'
import { ok, type Route, route } from '../route.ts'

const progress: z.ZodType<DrainProgress> = z.strictObject({
  service: z.string(),
  backend: z.string(),
  reason: z.enum(['drained', 'removed']),
  since: z.iso.datetime(),
  until: z.iso.datetime().nullable().describe('when its connections end; null: never'),
  ended: z.boolean(),
  connections: z.int().describe('connections that are open'),
})

const place: z.ZodType<Place> = z.strictObject({
  service: z.string().describe('its name'),
  backend: z.string().describe('like 10.1.0.11:8080'),
})

const seconds = z.coerce
  .number(`write a whole number of seconds from 0 to ${MOST_DRAIN_SECONDS}`)
  .int()
  .min(0)
  .max(MOST_DRAIN_SECONDS)
const timeout: z.ZodType<{ timeoutSeconds?: number | undefined }> = z.strictObject({
  timeoutSeconds: seconds.optional().describe('after so long its connections end; left out: never'),
})

const path = '/v1/services/{service}/backends/{backend}/drain'

export function drainRoutes(context: ApiContext): Route[] {
  const { controller } = context
  const all = shared(() => reading(context, (open) => drainProgress(open, controller.config, controller.wanted.drains)))
  const one = async (at: Place) => {
    const found = (await all()).find(isAt(at))
    if (found === undefined) throw new HttpProblem(404, `backend ${at.backend} of service ${at.service} is not drained`)
    return ok(found)
  }
  const change = (next: (config: Config, drains: Drains) => Drains, what: string, { service, backend }: Place) =>
    controller.change(
      { next: (wanted) => ({ ...wanted, drains: next(configOf(wanted), wanted.drains) }) },
      `${what}: ${service} ${backend}`,
    )
  return [
    route({
      method: 'GET',
      path: '/v1/drains',
      summary: 'backends that get no new connections, and how many they still have',
      answers: { 200: { description: 'All of them', schema: z.strictObject({ drains: z.array(progress) }) } },
      handle: async () => ok({ drains: await all() }),
    }),
    route({
      method: 'GET',
      path,
      summary: 'how far a drain is',
      params: place,
      answers: { 200: { description: 'What is left', schema: progress } },
      handle: ({ params }) => {
        requireBackend(controller.config, params)
        return one(params)
      },
    }),
    route({
      method: 'PUT',
      path,
      summary: 'drain a backend: no new connections, open ones go on',
      params: place,
      query: timeout,
      answers: { 200: { description: 'What is left', schema: progress } },
      handle: async ({ params, query }) => {
        const { timeoutSeconds = null } = query
        await change((config, drains) => drained(config, drains, params, timeoutSeconds, new Date()), 'drained', params)
        return await one(params)
      },
    }),
    route({
      method: 'DELETE',
      path,
      summary: 'end a drain: the backend gets new connections again',
      params: place,
      answers: { 204: { description: 'It is drained no more' } },
      handle: async ({ params }) => {
        await change((config, drains) => undrained(config, drains, params), 'drained no more', params)
        return { status: 204 }
      },
    }),
  ]
}

/** One answer for all who ask before there is one: whoever drains many at once has the tables read once. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined
  return () => {
    current ??= work().finally(() => (current = undefined))
    return current
  }
}
