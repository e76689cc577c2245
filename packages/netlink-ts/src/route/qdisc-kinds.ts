import { boolean, ranged, u32 } from '../wire/codecs.ts'
import { nested } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import { netem } from './netem.ts'
import type { FifoOptions, FqCodelOptions, FqOptions, QdiscKind, QdiscKindOptions } from './qdisc-types.ts'
import { tbf } from './tbf.ts'

const fq: AttributeTable<FqOptions> = new AttributeTable<FqOptions>({
  limit: [1, 'TCA_FQ_PLIMIT', u32],
  flowLimit: [2, 'TCA_FQ_FLOW_PLIMIT', u32],
  quantum: [3, 'TCA_FQ_QUANTUM', u32],
  initialQuantum: [4, 'TCA_FQ_INITIAL_QUANTUM', u32],
  pacing: [5, 'TCA_FQ_RATE_ENABLE', boolean(u32)],
  maxRate: [7, 'TCA_FQ_FLOW_MAX_RATE', u32],
  bucketsLog: [8, 'TCA_FQ_BUCKETS_LOG', ranged(u32, 1, 18)],
  refillDelayUs: [9, 'TCA_FQ_FLOW_REFILL_DELAY', u32],
  lowRateThreshold: [11, 'TCA_FQ_LOW_RATE_THRESHOLD', u32],
  ceThresholdUs: [12, 'TCA_FQ_CE_THRESHOLD', u32],
})

const fqCodel: AttributeTable<FqCodelOptions> = new AttributeTable<FqCodelOptions>({
  targetUs: [1, 'TCA_FQ_CODEL_TARGET', u32],
  limit: [2, 'TCA_FQ_CODEL_LIMIT', u32],
  intervalUs: [3, 'TCA_FQ_CODEL_INTERVAL', u32],
  ecn: [4, 'TCA_FQ_CODEL_ECN', boolean(u32)],
  flows: [5, 'TCA_FQ_CODEL_FLOWS', ranged(u32, 1, 65536)],
  quantum: [6, 'TCA_FQ_CODEL_QUANTUM', u32],
  ceThresholdUs: [7, 'TCA_FQ_CODEL_CE_THRESHOLD', u32],
  memoryLimit: [9, 'TCA_FQ_CODEL_MEMORY_LIMIT', u32],
})

/** `struct tc_fifo_qopt`. */
const fifo: AttributeCodec<FifoOptions> = {
  encode: (to, { limit = 0 }) => void to.u32(limit),
  decode: (from) => ({ limit: from.u32() }),
  problem: ({ limit = 0 }) => {
    const right = u32.expects?.(limit)
    return right === undefined ? undefined : { field: 'limit', value: limit, right }
  },
}

const none: AttributeCodec<object> = { encode: () => undefined, decode: () => ({}) }

/** A kind's `TCA_OPTIONS`, the names of its options, and what a kernel needs to have it. */
export interface QdiscKindTable {
  readonly options: AttributeCodec<object>
  readonly keys: readonly string[]
  readonly needs: string
}

export const qdiscKinds: { readonly [K in QdiscKind]: QdiscKindTable } = {
  clsact: { options: none, keys: [], needs: 'CONFIG_NET_SCH_INGRESS (module sch_ingress)' },
  ingress: { options: none, keys: [], needs: 'CONFIG_NET_SCH_INGRESS (module sch_ingress)' },
  noqueue: { options: none, keys: [], needs: 'CONFIG_NET_SCHED' },
  pfifo: { options: fifo, keys: ['limit'], needs: 'CONFIG_NET_SCHED' },
  bfifo: { options: fifo, keys: ['limit'], needs: 'CONFIG_NET_SCHED' },
  fq: { options: nested(fq), keys: fq.keys, needs: 'CONFIG_NET_SCH_FQ (module sch_fq)' },
  fq_codel: { options: nested(fqCodel), keys: fqCodel.keys, needs: 'CONFIG_NET_SCH_FQ_CODEL (module sch_fq_codel)' },
  netem: {
    options: netem,
    keys: [
      'delayMs',
      'jitterMs',
      'loss',
      'duplicate',
      'corrupt',
      'limit',
      'rate',
    ] satisfies (keyof QdiscKindOptions['netem'])[],
    needs: 'CONFIG_NET_SCH_NETEM (module sch_netem)',
  },
  tbf: { options: tbf, keys: ['rate', 'burst', 'limit'], needs: 'CONFIG_NET_SCH_TBF (module sch_tbf)' },
}
