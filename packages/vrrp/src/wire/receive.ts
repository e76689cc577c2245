import type { RouterConfig } from '../machine/config.ts'
import { type Advertisement, decodeAdvertisement, VRRP_HOPS } from './advertisement.ts'

/** A VRRP message as it came in. */
export interface Incoming {
  readonly bytes: Uint8Array
  readonly from: string
  readonly to: string
  readonly hops: number
}

/** What is made of a message. `ignored` and `warning` are sentences for the log. */
export type Receipt =
  | { readonly advertisement: Advertisement; readonly warning?: string }
  | { readonly ignored: string }
  /** For another virtual router: no trouble. */
  | undefined

/** The checks of RFC 9568, 7.1. Pure. */
export function receive(config: RouterConfig, { bytes, from, to, hops }: Incoming): Receipt {
  if (from === config.source) return undefined
  if (hops !== VRRP_HOPS)
    return { ignored: `from ${from}: its time to live is ${hops}, not 255; it has passed a router` }
  // Another group's trouble is not ours, whatever else is wrong with it.
  if (bytes.length > 1 && bytes[1] !== config.id) return undefined
  if (config.peers.length > 0 && !config.peers.includes(from))
    return { ignored: `from ${from}: it is not among the peers ${config.peers.join(', ')}` }
  const decoded = decodeAdvertisement(bytes, { from, to })
  if ('wrong' in decoded) return { ignored: `from ${from}: ${decoded.wrong}` }
  const { advertisement } = decoded
  const warning = mismatch(config, from, advertisement)
  return warning === undefined ? { advertisement } : { advertisement, warning }
}

/** RFC 9568, 7.1: different addresses are a mistake in a configuration, but no reason to ignore the message. */
function mismatch({ addresses, priority }: RouterConfig, from: string, said: Advertisement): string | undefined {
  if (said.priority === 255 && priority === 255)
    return `${from} says that the addresses are its own (priority 255), and so does this host; give one of them less`
  const ours = addresses.filter((address) => !said.addresses.includes(address))
  const theirs = said.addresses.filter((address) => !addresses.includes(address))
  if (ours.length + theirs.length === 0) return undefined
  const parts = [
    ...(ours.length > 0 ? [`it lacks ${ours.join(', ')}`] : []),
    ...(theirs.length > 0 ? [`only it has ${theirs.join(', ')}`] : []),
  ]
  return `${from} has other addresses: ${parts.join('; ')}; all routers of a group need the same`
}
