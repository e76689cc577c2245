import type { TcHandle } from './tc-handle.ts'

/** A tc filter, as `tc filter show` knows it. */
export interface Filter {
  readonly index: number
  readonly kind: string
  readonly parent: TcHandle
  readonly handle: number
  /** The smaller, the earlier (`pref`). */
  readonly priority: number
  /** EtherType; `all` for every packet. */
  readonly protocol: 'all' | number
  readonly chain: number
  /** For kind `bpf`. */
  readonly bpf?: BpfFilter
}

export interface BpfFilter {
  readonly name?: string
  readonly programId?: number
  /** The program's first eight bytes of SHA-1, in hex. */
  readonly tag?: string
  readonly directAction: boolean
}

export interface FilterKey {
  readonly device?: string
  readonly index?: number
  readonly parent: TcHandle
  /** All of the parent's filters when left out. */
  readonly priority?: number
  readonly handle?: number
  readonly protocol?: 'all' | number
}

/** A BPF program to attach (`cls_bpf`, direct action). */
export interface FilterAdd extends FilterKey {
  /** The program, loaded (type sched_cls): its descriptor. */
  readonly program: number | { readonly fd: number }
  /** What `tc filter show` calls it. Default `bpf`. */
  readonly name?: string
  /** The program's return value is the verdict (`direct-action`). Default true. */
  readonly directAction?: boolean
}

export interface FilterListOptions {
  readonly device?: string
  readonly index?: number
  readonly parent: TcHandle
}
