import { string, u32 } from '../wire/codecs.ts'
import { nested } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'

/** Size of `struct tcmsg`. */
export const TCMSG = 20

export interface TcAttributes<O> {
  kind?: string
  options?: O
  statistics?: StatisticsAttributes
  chain?: number
}

/** `struct gnet_stats_basic` and `struct gnet_stats_queue`. */
export interface StatisticsAttributes {
  basic?: { bytes: bigint; packets: number }
  queue?: { backlogPackets: number; backlogBytes: number; drops: number; requeues: number; overlimits: number }
}

const basic: AttributeCodec<{ bytes: bigint; packets: number }> = {
  encode: (to, value) => void to.u64(value.bytes).u32(value.packets).u32(0),
  decode(from) {
    const view = from.view()
    if (view.byteLength >= 12) return { bytes: view.getBigUint64(0, true), packets: view.getUint32(8, true) }
    from.fail(`TCA_STATS_BASIC has ${view.byteLength} bytes, expected 16`)
    return { bytes: 0n, packets: 0 }
  },
}

/** `struct gnet_stats_queue`, in its order. */
const queueFields = ['backlogPackets', 'backlogBytes', 'drops', 'requeues', 'overlimits'] as const

const queue: AttributeCodec<Record<(typeof queueFields)[number], number>> = {
  encode: (to, value) => queueFields.forEach((field) => to.u32(value[field])),
  decode(from) {
    const view = from.view()
    const read = (i: number): number => (4 * i + 4 <= view.byteLength ? view.getUint32(4 * i, true) : 0)
    return { backlogPackets: read(0), backlogBytes: read(1), drops: read(2), requeues: read(3), overlimits: read(4) }
  },
}

const statistics: AttributeTable<StatisticsAttributes> = new AttributeTable<StatisticsAttributes>({
  basic: [1, 'TCA_STATS_BASIC', basic],
  queue: [3, 'TCA_STATS_QUEUE', queue],
})

/** The attributes of a qdisc or filter whose kind has its options in `options`. */
export function tcTable<O>(options: AttributeCodec<O>): AttributeTable<TcAttributes<O>> {
  return new AttributeTable<TcAttributes<O>>({
    kind: [1, 'TCA_KIND', string],
    options: [2, 'TCA_OPTIONS', options as AttributeCodec<Exclude<O, undefined>>],
    statistics: [7, 'TCA_STATS2', nested(statistics)],
    chain: [11, 'TCA_CHAIN', u32],
  })
}
