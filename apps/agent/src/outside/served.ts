import type { DeviceStatus } from '@skep/lb-engine'
import { formatFrontend } from '@skep/lb-maps'
import { type Deviation, type Frontend, frontendKey } from '@skep/services'
import type { OutsideDesired } from './desired.ts'

/** What somebody connects to from outside. */
export type Destination = Pick<Frontend, 'address' | 'port' | 'protocol'>

/** Why a destination is not served from outside; `undefined`: it is, or somebody else is asked to. */
export type WhyNot = (destination: Destination) => string | undefined

/** What a round has left. */
export interface ServedState {
  readonly services: OutsideDesired['services']
  readonly deviations: readonly Deviation[]
  /** By frontend, `192.0.2.10:80/TCP`. */
  readonly unserved: ReadonlyMap<string, string>
  /** Without those that pods of this node are behind. */
  readonly devices: readonly DeviceStatus[]
}

/** What becomes of each destination after a round. Pure. */
export function whyNotServed({ services, deviations, unserved, devices }: ServedState): WhyNot {
  const served = new Set(services.flatMap(({ frontends }) => frontends.map(formatFrontend)))
  const left = new Map(deviations.map(({ frontend, message }) => [frontend, message]))
  const silent = devices.some(({ attached }) => attached) ? undefined : `no device meets its packets${namesOf(devices)}`
  return (destination) => {
    const text = textOf(destination)
    if (!served.has(text))
      return (
        keysOf(destination)
          .map((key) => left.get(key))
          .find((why) => why !== undefined) ?? NONE
      )
    return silent ?? unserved.get(text)
  }
}

const NONE = 'no service has it from outside'

/** As a frontend may have it: NodePorts are at any address. */
function keysOf(destination: Destination): string[] {
  const addresses = [destination.address, destination.address.includes(':') ? '::' : '0.0.0.0']
  return addresses.map((address) => frontendKey({ ...destination, address, scope: 'external' }))
}

/** `192.0.2.10:80/TCP`. */
export function textOf({ address, port, protocol }: Destination): string {
  // SCTP is never served, and so is never found.
  return formatFrontend({ address, port, protocol: protocol as 'TCP' | 'UDP' })
}

function namesOf(devices: readonly DeviceStatus[]): string {
  if (devices.length === 0) return ''
  return `: ${devices.map(({ name, reason = 'it has gone' }) => `${name}: ${reason}`).join('; ')}`
}
