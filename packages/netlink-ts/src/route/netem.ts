import { u64 } from '../wire/codecs.ts'
import type { AttributeCodec, Problem } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { NetemOptions } from './qdisc-types.ts'

/** Size of `struct tc_netem_qopt`; attributes follow it. */
const QOPT = 24
const WHOLE = 0xffffffff
const NS_PER_MS = 1_000_000

interface NetemAttributes {
  corrupt?: number
  rate?: number
  latency?: bigint
  jitter?: bigint
}

/** `struct tc_netem_corrupt`: a probability and its correlation, as shares of 2^32 − 1. */
const corrupt: AttributeCodec<number> = {
  encode: (to, share) => void to.u32(Math.round(share * WHOLE)).u32(0),
  decode: (from) => from.u32() / WHOLE,
}

/** `struct tc_netem_rate`: bytes per second, and three that are for links with cells. */
const rate: AttributeCodec<number> = {
  encode: (to, value) => void to.u32(value).zeros(12),
  decode: (from) => from.u32(),
}

const attributes: AttributeTable<NetemAttributes> = new AttributeTable<NetemAttributes>({
  corrupt: [4, 'TCA_NETEM_CORRUPT', corrupt],
  rate: [6, 'TCA_NETEM_RATE', rate],
  latency: [10, 'TCA_NETEM_LATENCY64', u64],
  jitter: [11, 'TCA_NETEM_JITTER64', u64],
})

/** A struct, then attributes; delays in nanoseconds (`TCA_NETEM_LATENCY64`, since 4.15) in place of the struct's ticks. */
export const netem: AttributeCodec<NetemOptions> = {
  encode(to, { delayMs, jitterMs, loss = 0, duplicate = 0, limit = 1000, ...rest }) {
    to.u32(0)
      .u32(limit)
      .u32(Math.round(loss * WHOLE))
      .u32(0)
      .u32(Math.round(duplicate * WHOLE))
      .u32(0)
    attributes.encode(to, { ...rest, ...nanoseconds('latency', delayMs), ...nanoseconds('jitter', jitterMs) })
  },
  decode(from) {
    const view = from.view()
    const values = attributes.decode(from.nested(QOPT))
    if (view.byteLength < QOPT) return {}
    return {
      delayMs: Number(values.latency ?? 0n) / NS_PER_MS,
      jitterMs: Number(values.jitter ?? 0n) / NS_PER_MS,
      loss: view.getUint32(8, true) / WHOLE,
      duplicate: view.getUint32(16, true) / WHOLE,
      corrupt: values.corrupt ?? 0,
      limit: view.getUint32(4, true),
      rate: values.rate ?? 0,
    }
  },
  problem: (value) =>
    firstProblem(value, ['loss', 'duplicate', 'corrupt'], 1, 'a share from 0 to 1') ??
    firstProblem(value, ['delayMs', 'jitterMs'], Number.MAX_SAFE_INTEGER / NS_PER_MS, 'milliseconds, 0 or more') ??
    firstProblem(value, ['rate', 'limit'], WHOLE, `a number from 0 to ${WHOLE}`),
  regions: (_view, start, end) => [{ start: start + QOPT, end, table: attributes }],
}

function nanoseconds<K extends 'latency' | 'jitter'>(key: K, ms: number | undefined): NetemAttributes {
  return ms === undefined ? {} : { [key]: BigInt(Math.round(ms * NS_PER_MS)) }
}

function firstProblem(
  value: NetemOptions,
  fields: readonly (keyof NetemOptions)[],
  max: number,
  right: string,
): Problem | undefined {
  const field = fields.find((each) => value[each] !== undefined && !(value[each] >= 0 && value[each] <= max))
  return field === undefined ? undefined : { field, value: value[field], right }
}
