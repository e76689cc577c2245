import { z } from 'zod'
import { name } from '../config/fields.ts'
import { address, integer, list, strict, word, wrong } from '@skep/config-file'
import type { Announce, Garp, Track, VrrpGroup } from './config.ts'

/** A field with one sentence for all that is wrong. */
function reading<T>(
  schema: object,
  read: (value: unknown) => T | undefined,
  what: string,
  advice: string,
): z.ZodType<T> {
  const reader = z.unknown().transform((value, context) => {
    const found = read(value)
    if (found !== undefined) return found
    context.issues.push({ code: 'custom', message: wrong(value, what, advice), input: value })
    return z.NEVER
  })
  return reader.meta(schema as Record<string, unknown>)
}

const isTrue = reading(
  { type: 'boolean' },
  (value) => (typeof value === 'boolean' ? value : undefined),
  'yes or no',
  'write true or false',
)

const hundredths = reading(
  { type: 'number', minimum: 0.01, maximum: 40.95 },
  (value) => {
    const whole = typeof value === 'number' ? Math.round(value * 100) : 0
    return whole >= 1 && whole <= 4095 && Math.abs(Number(value) * 100 - whole) < 1e-6 ? whole / 100 : undefined
  },
  'an interval of advertisements',
  'write seconds from 0.01 to 40.95, in hundredths',
)

const seconds = reading(
  { type: 'number', minimum: 0 },
  (value) => (typeof value === 'number' && value >= 0 && value <= 86_400 ? value : undefined),
  'a number of seconds',
  'write 0 to 86400',
)

const device = reading(
  { type: 'string' },
  (value) => (typeof value === 'string' && /^[^\s/*?[-][^\s/*?[]{0,14}$/.test(value) ? value : undefined),
  'the name of a device',
  'write one, like eth0',
)

const names = list('names of services', name)
const chosen: z.ZodType<VrrpGroup['services']> = z.unknown().transform((value, context) => {
  if (value === 'all') return 'all' as const
  const parsed = Array.isArray(value) ? names.safeParse(value) : undefined
  if (parsed?.success === true && parsed.data.length > 0) return parsed.data
  const message = wrong(value, 'a choice of services', 'write all, or their names in brackets: [web, dns]')
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

/** All services, or some by their names. */
export const services: z.ZodType<VrrpGroup['services']> = chosen.meta({
  anyOf: [{ const: 'all' }, { type: 'array', items: { type: 'string' } }],
})

const trackSchema = strict<Track>('a track section', {
  decrement: integer('a part of the priority', 0, 254).default(10),
})

const garpSchema = strict<Garp>('a garp section', {
  repeat: integer('a number of announcements', 1, 100).default(5),
  delaySeconds: seconds.default(5),
  refreshSeconds: seconds.default(0),
  refreshRepeat: integer('a number of announcements', 1, 100).default(1),
})

const groupSchema = strict<VrrpGroup>('a VRRP group', {
  id: integer('a virtual router id', 1, 255),
  device,
  priority: integer('a priority', 1, 255).default(100),
  advertisementSeconds: hundredths.default(1),
  preempt: isTrue.default(true),
  preemptDelaySeconds: seconds.default(0),
  peers: list('addresses of the other load balancers', address).default([]),
  sources: list('own addresses', address).default([]),
  services: services.default('all'),
  checksum: word(['pseudo-header', 'plain']).default('pseudo-header'),
  track: trackSchema.default(() => trackSchema.parse({})),
  garp: garpSchema.default(() => garpSchema.parse({})),
})

/** `spec.announce`. */
export const announceSchema: z.ZodType<Announce> = strict<Announce>('an announce section', {
  vrrp: list('VRRP groups', groupSchema),
})
