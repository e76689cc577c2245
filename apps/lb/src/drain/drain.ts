import { formatEndpoint } from '@skep/lb-maps'

/** A backend that an operator drains while `run` runs: no new connections, open ones go on. */
export interface Drained {
  readonly service: string
  /** `10.1.0.11:8080` */
  readonly backend: string
  /** ISO 8601. */
  readonly since: string
  /** When its connections end; `null`: never. */
  readonly until: string | null
  /** They have been ended. */
  readonly ended: boolean
}

/** A backend that was taken out of the configuration, and may keep its connections for a while. */
export interface Leaving {
  readonly service: string
  readonly address: string
  readonly port: number
  readonly since: string
  readonly until: string
  /** They have been ended. */
  readonly ended?: boolean
}

/** All that is remembered beside the configuration about who gets no new connections. */
export interface Drains {
  readonly drained: readonly Drained[]
  readonly leaving: readonly Leaving[]
}

export const noDrains: Drains = { drained: [], leaving: [] }

/** `10.1.0.11:8080`, `[2001:db8::1]:8080`. */
export function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return formatEndpoint(address, port)
}
