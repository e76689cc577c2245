import { address } from '@skep/config-file'
import { verdictsByIndex } from '@skep/datapath'
import { type Protocol } from '@skep/lb-maps'
import { openNetlink } from 'netlink-ts'
import { type Mode, modes } from '@skep/lb-maps'
import { z } from 'zod'
import { readSpoken } from '../../bgp/record.ts'
import { withDrains } from '../../drain/effective.ts'
import { type FlowReport, reportFlow } from '../../explain/flow.ts'
import { reportNeighbor } from '../../explain/neighbor.ts'
import { reportServices, type ServiceReport } from '../../explain/service.ts'
import { readHealth } from '../../health/report.ts'
import { Declared } from '../../status/last-config.ts'
import { type OpenInstance, procSettings, readDevices, readNextHops } from '@skep/lb-engine'
import { countOpenConnections } from '../../status/open-connections.ts'
import { type ApiContext, reading } from '../context.ts'
import { HttpProblem } from '../problem.ts'
import { ok, type Route, route } from '../route.ts'
import { connectionRow, nextHop } from '../schemas/status.ts'

interface FlowQuery {
  readonly src: string
  readonly sport: number
  readonly dst: string
  readonly dport: number
  readonly proto: 'tcp' | 'udp'
  readonly device?: string | undefined
}

const port = z.coerce.number('write a port').int().min(0).max(65_535)

const flowQuery: z.ZodType<FlowQuery> = z.strictObject({
  src: address.describe("the sender's address"),
  sport: port,
  dst: address,
  dport: port,
  proto: z.enum(['tcp', 'udp']),
  device: z.string().optional().describe('where it comes in; else by the device of the route back to its sender'),
})

const flowReport = z.strictObject({
  flow: z.looseObject({ client: z.string(), address: z.string() }),
  direction: z.enum(['to-service', 'reply', 'foreign']),
  service: z.strictObject({ id: z.int(), frontend: z.string(), name: z.string().nullable() }).nullable(),
  choice: z.looseObject({}).nullable().describe('where the ring sends a new connection'),
  connection: connectionRow.nullable().describe('that it belongs to; null: it would open one'),
  destination: z.string().nullable(),
  way: z.looseObject({}).nullable().describe('of the packet that is sent on'),
  verdict: z.strictObject({
    name: z.enum(verdictsByIndex.flatMap((info) => info?.name ?? [])),
    action: z.string(),
    description: z.string(),
  }),
  why: z.array(z.string()).describe('one line a decision'),
})

const backendReport = z.strictObject({
  id: z.int(),
  number: z.int(),
  backend: z.string(),
  weight: z.int().nullable(),
  state: z.string().nullable(),
  health: z.string().nullable(),
  slots: z.int(),
  share: z.number(),
  source: z.string().nullable(),
  draining: z.boolean(),
  flows: z.int().describe('that are recorded'),
  connections: z.int(),
  packets: z.number(),
  bytes: z.number(),
  why: z.string(),
})

const serviceReport: z.ZodType<ServiceReport> = z.strictObject({
  id: z.int(),
  name: z.string().nullable(),
  frontend: z.string(),
  mode: z.enum(Object.keys(modes) as Mode[]),
  algorithm: z.string(),
  affinity: z.boolean(),
  ring: z.strictObject({ slots: z.int(), used: z.int(), moving: z.int().describe('slots that change hands') }),
  records: z.int().describe('flows that it can remember at present'),
  ranges: z.int().nullable().describe('stretches of client addresses that it admits; null: everybody'),
  rateLimit: z.string().nullable(),
  health: z.string().nullable(),
  bgp: z.string().nullable().describe('whether routers are told of its address, and why; null: they are not to be'),
  backends: z.array(backendReport),
})

const neighborFacts = z.strictObject({
  address: z.string(),
  device: z.string(),
  kept: nextHop.nullable().describe('null: nothing that is served leads by it'),
  entry: z.looseObject({ state: z.string() }).nullable().describe("the kernel's; null: it has none"),
})

const neighborReport = z.strictObject({
  address: z.string(),
  own: z.boolean().describe('an address of this host: never a neighbour'),
  answer: z.string(),
  note: z.string().nullable().describe('what is to be known of several next hops'),
  neighbors: z.array(neighborFacts).describe('by which packets to the address are sent'),
})

/** Why. */
export function explainRoutes(context: ApiContext): Route[] {
  return [
    route<object, FlowQuery>({
      method: 'GET',
      path: '/v1/explain/flow',
      summary: 'which backend the packets of a flow go to, and how; sends nothing',
      query: flowQuery,
      answers: { 200: { description: 'Every decision on its way', schema: flowReport } },
      handle: ({ query }) => reading(context, (open) => ok(followed(context, open, query))),
    }),
    route<object, { service: string }>({
      method: 'GET',
      path: '/v1/explain/service',
      summary: 'the ring of a service, and why each backend gets what it gets',
      query: z.strictObject({ service: z.string().describe('its name, or one frontend') }),
      answers: { 200: { description: 'By frontend', schema: z.strictObject({ services: z.array(serviceReport) }) } },
      handle: async ({ query }) => {
        const health = await readHealth(context.paths)
        return await reading(context, ({ maps, tables, config }) => {
          const connections = countOpenConnections(tables, maps, config)
          const routes = readSpoken(context.paths)?.routes ?? []
          const world = { maps, counters: tables.memberCounters, connections, health, routes, isConfigKnown: true }
          return ok({ services: reportServices({ ...world, declared: declaredOf(context) }, query.service) })
        })
      },
    }),
    route<object, { address: string }>({
      method: 'GET',
      path: '/v1/explain/neighbor',
      summary: 'where packets to an address are sent to, and how that next hop does; sends nothing',
      query: z.strictObject({ address: address.describe('a next hop, or any address behind one') }),
      answers: { 200: { description: 'Its next hops', schema: neighborReport } },
      handle: ({ query }) => {
        using netlink = openNetlink()
        return ok(reportNeighbor(netlink, readNextHops(context.paths), query.address))
      },
    }),
  ]
}

function followed(context: ApiContext, { tables, maps, config }: OpenInstance, query: FlowQuery): FlowReport {
  if (config === undefined) throw new HttpProblem(503, 'no program is installed')
  using netlink = openNetlink()
  const devices = readDevices(context.paths).flatMap(({ name, attached }) => (attached ? [name] : []))
  const world = { tables, maps, config, declared: declaredOf(context), netlink, settings: procSettings(), devices }
  const { src, sport, dst, dport, proto, device } = query
  const protocol: Protocol = proto === 'tcp' ? 'TCP' : 'UDP'
  const flow = { client: src, clientPort: sport, address: dst, port: dport, protocol }
  return reportFlow({ ...world, ...(device === undefined ? {} : { device }) }, flow)
}

function declaredOf({ controller }: ApiContext): Declared {
  return new Declared(withDrains(controller.config, controller.wanted.drains))
}
