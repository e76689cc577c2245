import { type DecapSpec, dispatches, readPrefix, type Timeouts, withoutHostBits } from '@skep/lb-engine'
import { z } from 'zod'
import { devicePattern, hostAddress } from '../config/fields.ts'
import { integer, list, show, strict, word } from '@skep/config-file'
import { type Whole, wholeDocument } from '../config/whole.ts'

const EVERYTHING = ['0.0.0.0/0', '::/0'] as const

const prefix: z.ZodType<string> = z.unknown().transform((value, context) => {
  const refuse = (message: string): never => {
    context.issues.push({ code: 'custom', message, input: value })
    return z.NEVER
  }
  const found = typeof value === 'string' ? readPrefix(value) : undefined
  if (found === undefined)
    return refuse(`${show(value)} is not a prefix; write one like 10.255.0.0/16, "fd00:ff::/32", or a single address`)
  const network = withoutHostBits(found)
  return network === undefined ? found : refuse(`${show(value)} has bits set beyond its length; write ${network}`)
})

/** A list, or the word `any` for all that there is. */
const prefixesOrAny: z.ZodType<readonly string[]> = z.union([
  z.literal('any').transform(() => EVERYTHING),
  list('prefixes, nor the word any', prefix),
])

const seconds = (least: number): z.ZodType<number> => integer('a number of seconds', least, 2_592_000)

const timeouts = strict<Timeouts>('the timeouts', {
  tcp: seconds(60).default(21_600),
  closing: seconds(1).default(60),
  reset: seconds(1).default(10),
  udp: seconds(1).default(300),
})

const spec = strict<DecapSpec>('the spec', {
  devices: list('devices', devicePattern),
  acceleration: word(['native', 'best-effort', 'generic', 'tc']).default('best-effort'),
  dispatch: list('ways of dispatch', word(dispatches)).default(['ipip']),
  sources: list('prefixes', prefix).default([]),
  addresses: list("this host's addresses", hostAddress).default([]),
  vips: prefixesOrAny,
  flows: integer('a number of flows', 1024, 16_777_216).default(65_536),
  timeoutSeconds: timeouts.default(() => timeouts.parse({})),
})

export const decapSchema: z.ZodType<Whole<'Decap', DecapSpec>> = wholeDocument('Decap', spec)
