import { verdictsByIndex } from '@skep/datapath'
import { type Mode, modes } from '@skep/lb-maps'
import { z } from 'zod'
import type { BackendRow } from '../../get/backends.ts'
import type { ConnectionRow } from '../../get/connections.ts'
import type { DeviceRow } from '../../get/devices.ts'
import type { ServiceRow } from '../../get/services.ts'
import { connectionStates } from '@skep/lb-engine'

/** What `get services` shows of one. */
export const serviceRow: z.ZodType<ServiceRow> = z.strictObject({
  name: z.string().nullable(),
  frontend: z.string().describe('like 192.0.2.10:80/TCP'),
  id: z.int(),
  mode: z.enum(Object.keys(modes) as Mode[]),
  algorithm: z.string(),
  affinity: z.boolean().describe("all of a client's connections go to one backend"),
  backends: z.int(),
  active: z.int().describe('those that get new connections'),
  health: z.string().nullable(),
  connections: z.int().describe('that are open'),
  packets: z.number(),
  bytes: z.number(),
  slots: z.int(),
  moving: z.int().describe('slots that change hands'),
  records: z.int().describe('flows that it can remember at present'),
  ranges: z.int().nullable().describe('stretches of client addresses that it admits; null: everybody'),
  rateLimit: z.string().nullable().describe('like 100/s, 200 at once, per /32; null: none'),
})

/** What `get backends` shows of one. */
export const backendRow: z.ZodType<BackendRow> = z.strictObject({
  service: z.string().nullable(),
  frontend: z.string(),
  backend: z.string().describe('like 10.1.0.11:8080'),
  id: z.int(),
  weight: z.int().nullable(),
  state: z.string().nullable(),
  health: z.enum(['up', 'down', 'unknown']).nullable(),
  addedAt: z.string().nullable().describe('from then on it takes connections, by its declared time'),
  drainingSince: z.string().nullable().describe('from then on it takes no new ones'),
  share: z.number().describe('of new connections, 0 to 1'),
  slots: z.int(),
  source: z.string().describe("the own address that packets to it carry; none: they carry the client's"),
  draining: z.boolean().describe('it is no backend any more, and stays until its connections are over'),
  flows: z.int().describe('that are recorded'),
  connections: z.int().describe('that are open'),
  packets: z.number(),
  bytes: z.number(),
})

/** What `get devices` shows of one. */
export const deviceRow: z.ZodType<DeviceRow> = z.strictObject({
  name: z.string(),
  mode: z.enum(['native', 'generic', 'tc']).nullable().describe('null: the program is not meant to be there'),
  attached: z.boolean(),
  reason: z.string().nullable().describe('why it is not native, or not attached, where it should be'),
  chosen: z.boolean().nullable().describe('whether spec.devices chooses it now'),
  why: z.string().nullable().describe('why it is chosen, or the rule that leaves it out'),
  roles: z.array(z.string()),
  sends: z.boolean().nullable().describe('whether XDP may redirect to it; else the kernel forwards in its place'),
  sendsWhy: z.string().nullable(),
  index: z.int().nullable(),
  state: z.string().nullable(),
  mtu: z.int().nullable(),
  addresses: z.array(z.string()),
})

/** What `get connections` shows of one. */
export const connectionRow: z.ZodType<ConnectionRow> = z.strictObject({
  protocol: z.string(),
  client: z.string(),
  frontend: z.string().nullable(),
  service: z.string().nullable(),
  backend: z.string(),
  source: z.string(),
  state: z.enum(connectionStates),
  idleSeconds: z.number(),
  expiresSeconds: z.number(),
  member: z.int(),
})

const process = z.strictObject({ pid: z.int(), since: z.iso.datetime(), config: z.string(), alive: z.boolean() })

const program = z.strictObject({
  id: z.int(),
  tag: z.string(),
  runs: z.number(),
  runTimeNs: z.number(),
  nsPerPacket: z.number().nullable(),
})

const verdict = z.strictObject({
  verdict: z.enum(verdictsByIndex.flatMap((info) => info?.name ?? [])),
  action: z.string(),
  description: z.string(),
  packets: z.number(),
  bytes: z.number(),
})

const counts = z.strictObject({ opening: z.int(), established: z.int(), closing: z.int(), closed: z.int() })

const gauge = z.strictObject({
  name: z.string(),
  used: z.number(),
  size: z.number(),
  percent: z.number(),
  warning: z.boolean(),
  setting: z.string(),
})

/** A neighbour that is kept resolved. */
export const nextHop: z.ZodType = z.looseObject({
  address: z.string(),
  device: z.string(),
  mac: z.string().nullable(),
  state: z.enum(['usable', 'resolving', 'failed', 'absent']),
  since: z.string(),
})

const lack = z.strictObject({
  needs: z.string(),
  since: z.string().describe('the first kernel that has it'),
  instead: z.string().describe('what is done in its place'),
})

/** What `status --json` prints, its main parts in detail. */
export const status: z.ZodType = z.looseObject({
  instance: z.string(),
  process: process.nullable(),
  program: program.nullable(),
  devices: z.array(z.looseObject({ name: z.string(), mode: z.string(), attached: z.boolean() })),
  services: z.array(z.looseObject({ id: z.int(), frontend: z.string(), slots: z.int() })),
  health: z.looseObject({ pid: z.int().nullable(), services: z.array(z.looseObject({ name: z.string() })) }).nullable(),
  verdicts: z.array(verdict),
  connections: counts.nullable(),
  gauges: z.array(gauge),
  sources: z.array(z.string()),
  nextHops: z.array(nextHop),
  kernel: z.strictObject({ release: z.string(), lacks: z.array(lack) }),
})
