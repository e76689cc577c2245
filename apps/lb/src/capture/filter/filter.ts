import type { VerdictName } from '@skep/datapath'

/** What one end of a packet may be. What is left out may be anything. */
export interface Term {
  readonly address?: { readonly bytes: Uint8Array; readonly prefix: number }
  readonly port?: number
  /** The IP protocol's number. */
  readonly protocol?: number
  readonly family?: 4 | 6
  readonly side: 'source' | 'destination' | 'either'
}

/** Which packets are wanted: in each group some term fits, as the packet arrives or as it leaves. */
export interface Filter {
  readonly groups: readonly (readonly Term[])[]
  /** `undefined`: all. */
  readonly verdicts: ReadonlySet<VerdictName> | undefined
}

/** Where a service is reached. */
export interface Frontend {
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}
