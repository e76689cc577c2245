import { z } from 'zod'
import { withDrains } from '../../drain/effective.ts'
import { backendRows } from '../../get/backends.ts'
import { deviceRows } from '../../get/devices.ts'
import { serviceRows } from '../../get/services.ts'
import { readHealth } from '../../health/report.ts'
import { readStatus } from '../../status/read.ts'
import { type ApiContext, reading } from '../context.ts'
import { ok, type Route, route } from '../route.ts'
import { backendRow, deviceRow, serviceRow, status } from '../schemas/status.ts'

interface OfService {
  readonly service?: string | undefined
}

const ofService: z.ZodType<OfService> = z.strictObject({
  service: z.string().optional().describe('only of the service or frontend of this name'),
})

/** What is in the kernel, as `get` and `status` show it. */
export function resourceRoutes(context: ApiContext): Route[] {
  const { paths, controller } = context
  const config = () => withDrains(controller.config, controller.wanted.drains)
  return [
    route({
      method: 'GET',
      path: '/v1/status',
      summary: 'everything that skep-lb status shows',
      answers: { 200: { description: 'The instance', schema: status } },
      handle: async () => ok(await readStatus(paths)),
    }),
    route<object, OfService>({
      method: 'GET',
      path: '/v1/services',
      summary: 'the frontends, with what they have served',
      query: ofService,
      answers: { 200: { description: 'By id', schema: z.strictObject({ services: z.array(serviceRow) }) } },
      handle: async ({ query }) => {
        const health = await readHealth(paths)
        const rows = await reading(context, (open) => serviceRows(open, config(), health))
        return ok({ services: rows.filter(({ name, frontend }) => isOf(query, name, frontend)) })
      },
    }),
    route<object, OfService>({
      method: 'GET',
      path: '/v1/backends',
      summary: 'the backends of each frontend, with their state and share of new connections',
      query: ofService,
      answers: { 200: { description: 'By frontend', schema: z.strictObject({ backends: z.array(backendRow) }) } },
      handle: async ({ query }) => {
        const health = await readHealth(paths)
        const rows = await reading(context, (open) => backendRows(open, config(), health))
        return ok({ backends: rows.filter(({ service, frontend }) => isOf(query, service, frontend)) })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/devices',
      summary: 'the devices that packets are balanced on, and how; the others, and why not',
      answers: { 200: { description: 'All of them', schema: z.strictObject({ devices: z.array(deviceRow) }) } },
      handle: () => ok({ devices: deviceRows(paths) }),
    }),
  ]
}

function isOf({ service }: OfService, name: string | null, frontend: string): boolean {
  return service === undefined || service === name || service === frontend
}
