import { z } from 'zod'
import type { BgpPeerRow, BgpReport, BgpRouteRow } from '../../bgp/report.ts'
import type { Controller } from '../../controller/controller.ts'
import { ok, type Route, route } from '../route.ts'

const peerRow: z.ZodType<BgpPeerRow> = z.strictObject({
  name: z.string(),
  address: z.string(),
  asn: z.int(),
  leaving: z.boolean().describe('left out of the configuration, and told to take other ways until its time has come'),
  state: z.string().describe("RFC 4271's word"),
  since: z.iso.datetime().describe('in this state'),
  advertised: z.int().describe('prefixes that it has been told of'),
  flaps: z.int().describe('how often a session that was up has ended'),
  gracefulRestart: z.int().nullable().describe('seconds that it keeps the routes while run is away; null: it does not'),
  bfd: z.string().nullable().describe('the BFD session in words; null: none is asked for'),
  lastError: z.string().nullable(),
})

const routeRow: z.ZodType<BgpRouteRow> = z.strictObject({
  prefix: z.string(),
  service: z.string(),
  state: z.enum(['announced', 'draining', 'withheld']),
  why: z.string(),
  med: z.int().nullable(),
  localPref: z.int().nullable(),
  communities: z.array(z.string()),
  peers: z.array(z.strictObject({ peer: z.string(), announced: z.boolean(), why: z.string() })),
})

const report: z.ZodType<BgpReport> = z.strictObject({
  asn: z.int(),
  routerId: z.string(),
  problem: z.string().nullable().describe('why what is asked for is not carried out'),
  peers: z.array(peerRow),
  routes: z.array(routeRow),
})

/** How routers are told of the service addresses. */
export function bgpRoutes(controller: Controller): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/bgp',
      summary: 'the sessions with routers, and why each service address is announced or not',
      answers: {
        200: { description: 'null: spec.bgp is left out', schema: z.strictObject({ bgp: report.nullable() }) },
      },
      handle: () => ok({ bgp: controller.bgp ?? null }),
    }),
  ]
}
