import type { TcHandle } from './tc-handle.ts'

/** Fair queueing with pacing per flow. */
export interface FqOptions {
  /** Packets in all, and per flow. */
  limit?: number
  flowLimit?: number
  /** Bytes a flow may send at its turn, and at its first. */
  quantum?: number
  initialQuantum?: number
  pacing?: boolean
  /** Bytes per second, for each flow. */
  maxRate?: number
  /** log2 of the number of hash buckets. */
  bucketsLog?: number
  refillDelayUs?: number
  lowRateThreshold?: number
  /** Mark packets that wait longer (since 5.0). */
  ceThresholdUs?: number
}

/** Fair queueing with controlled delay. */
export interface FqCodelOptions {
  targetUs?: number
  limit?: number
  intervalUs?: number
  ecn?: boolean
  flows?: number
  quantum?: number
  ceThresholdUs?: number
  memoryLimit?: number
}

/** A network that is worse than it is. Shares are from 0 to 1. */
export interface NetemOptions {
  delayMs?: number
  jitterMs?: number
  loss?: number
  duplicate?: number
  corrupt?: number
  /** Packets that may wait; default 1000. */
  limit?: number
  /** Bytes per second. */
  rate?: number
}

/** A token bucket. */
export interface TbfOptions {
  /** Bytes per second; up to 2^32 − 1. */
  rate?: number
  /** Bytes that may go at once. */
  burst?: number
  /** Bytes that may wait. */
  limit?: number
}

export interface FifoOptions {
  /** Packets (pfifo) or bytes (bfifo) that may wait. */
  limit?: number
}

/** The options of every kind, by its name. */
export interface QdiscKindOptions {
  clsact: object
  ingress: object
  noqueue: object
  pfifo: FifoOptions
  bfifo: FifoOptions
  fq: FqOptions
  fq_codel: FqCodelOptions
  netem: NetemOptions
  tbf: TbfOptions
}

export type QdiscKind = keyof QdiscKindOptions

/** A queueing discipline, as `tc -s qdisc show` knows it. */
export interface Qdisc {
  readonly index: number
  readonly kind: string
  readonly handle: TcHandle
  readonly parent: TcHandle
  /** Read for fq, fq_codel, netem, tbf, pfifo and bfifo. */
  readonly options?: Readonly<QdiscKindOptions[QdiscKind]>
  readonly statistics?: QdiscStatistics
}

export interface QdiscStatistics {
  readonly bytes: bigint
  readonly packets: number
  readonly drops: number
  readonly overlimits: number
  readonly requeues: number
  readonly backlogBytes: number
  readonly backlogPackets: number
}

interface Place {
  readonly device?: string
  readonly index?: number
  /** Where it hangs. clsact and ingress know by themselves; else default `root`. */
  readonly parent?: TcHandle
  /** The kernel chooses when left out. */
  readonly handle?: TcHandle
}

export type QdiscAdd = {
  [K in QdiscKind]: Place & { readonly kind: K } & Readonly<QdiscKindOptions[K]>
}[QdiscKind]

/** Which one to take off: by kind (clsact, ingress) or by parent. */
export interface QdiscKey extends Place {
  readonly kind?: QdiscKind
}
