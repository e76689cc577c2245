import { z } from 'zod'
import { withDrains } from '../../drain/effective.ts'
import { type ConnectionFilter, type ConnectionRow, connections } from '../../get/connections.ts'
import { parseEndpointPattern } from '../../get/endpoint.ts'
import { type ConnectionState, connectionStates, type OpenInstance } from '@skep/lb-engine'
import { Declared } from '../../status/last-config.ts'
import { type ApiContext, reading } from '../context.ts'
import { ok, type Route, route } from '../route.ts'
import { connectionRow } from '../schemas/status.ts'

const MOST_ROWS = 10_000

interface Query {
  readonly client?: string | undefined
  readonly backend?: string | undefined
  readonly service?: string | undefined
  readonly state?: ConnectionState | undefined
  readonly limit: number
  readonly offset: number
}

const number = (max: number) => z.coerce.number(`write a whole number from 0 to ${max}`).int().min(0).max(max)

const query: z.ZodType<Query> = z.strictObject({
  client: z.string().optional().describe('an address, a network or address:port'),
  backend: z.string().optional().describe('the same, of backends'),
  service: z.string().optional().describe("a service's name, or a frontend"),
  state: z.enum(connectionStates).optional(),
  limit: number(MOST_ROWS).default(1000),
  offset: number(Number.MAX_SAFE_INTEGER).default(0).describe('how many to pass over; from `next` of the page before'),
})

const page = z.strictObject({
  connections: z.array(connectionRow),
  next: z.int().nullable().describe('offset of the next page; null: this is the last'),
})

export function connectionRoutes(context: ApiContext): Route[] {
  return [
    route<object, Query>({
      method: 'GET',
      path: '/v1/connections',
      summary: 'the connections in the NAT table, page by page; it changes while it is read',
      query,
      answers: { 200: { description: 'A page', schema: page } },
      handle: ({ query }) => reading(context, (open) => ok(pageOf(rows(context, open, query), query))),
    }),
  ]
}

function rows({ controller }: ApiContext, open: OpenInstance, query: Query): Iterable<ConnectionRow> {
  const { tables, maps, config } = open
  if (config === undefined) return []
  const declared = new Declared(withDrains(controller.config, controller.wanted.drains))
  return connections({ tables, maps, config, declared }, filterOf(query))
}

function filterOf({ client, backend, service, state }: Query): ConnectionFilter {
  return {
    ...(client === undefined ? {} : { client: parseEndpointPattern('client', client) }),
    ...(backend === undefined ? {} : { backend: parseEndpointPattern('backend', backend) }),
    ...(service === undefined ? {} : { service }),
    ...(state === undefined ? {} : { states: [state] }),
  }
}

function pageOf(all: Iterable<ConnectionRow>, { limit, offset }: Query): z.output<typeof page> {
  const found: ConnectionRow[] = []
  let at = 0
  for (const row of all) {
    if (at++ < offset) continue
    if (found.length === limit) return { connections: found, next: offset + limit }
    found.push(row)
  }
  return { connections: found, next: null }
}
