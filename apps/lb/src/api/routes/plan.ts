import { possibleCpus } from 'libbpf-ts'
import { z } from 'zod'
import { type InstallPlan, planInstall } from '../../plan/plan.ts'
import { ok, type Route, route } from '../route.ts'

interface Query {
  readonly services: number
  readonly backends: number
  readonly connections: number
  readonly records: number
  readonly sourceRanges: number
  readonly rateLimitedClients: number
  readonly cpus?: number | undefined
}

const number = (most: number, min = 0) =>
  z.coerce.number(`write a whole number from ${min} to ${most}`).int().min(min).max(most)

const query: z.ZodType<Query> = z.strictObject({
  services: number(838_860).describe('frontends: address, port and protocol'),
  backends: number(3_355_443).describe('counted once for each frontend of their family'),
  connections: number(16_777_216).default(262_144).describe('at one time'),
  records: number(16_777_216).default(262_144).describe('flows to remember at one time while slots change hands'),
  sourceRanges: number(838_860).default(1024).describe('prefixes in source ranges, counted once for each frontend'),
  rateLimitedClients: number(16_777_216)
    .default(65_536)
    .describe('client prefixes whose new connections are counted at one time'),
  cpus: number(8192, 1).optional().describe('that the machine may have; left out: this one'),
})

const asked = {
  services: z.int(),
  backends: z.int(),
  connections: z.int(),
  records: z.int(),
  sourceRanges: z.int(),
  rateLimitedClients: z.int(),
}

const plan: z.ZodType<InstallPlan> = z.strictObject({
  asked: z.strictObject(asked),
  capacity: z.strictObject({ ...asked, fragments: z.int() }).describe('what to write as spec.capacity'),
  cpus: z.int(),
  maps: z.array(
    z.strictObject({
      map: z.string(),
      type: z.string(),
      entries: z.int(),
      bytesEach: z.int(),
      bytes: z.int(),
      setBy: z.array(
        z.enum(['services', 'backends', 'connections', 'records', 'sourceRanges', 'rateLimitedClients', 'fragments']),
      ),
    }),
  ),
  bytes: z.int(),
})

/** What an installation would take. */
export function planRoutes(): Route[] {
  return [
    route<object, Query>({
      method: 'GET',
      path: '/v1/plan',
      summary: 'what the tables of an installation would take, and the capacity to write; installs nothing',
      query,
      answers: { 200: { description: 'The maps', schema: plan } },
      handle: ({ query: { cpus = possibleCpus(), ...asked } }) => ok(planInstall(asked, cpus)),
    }),
  ]
}
