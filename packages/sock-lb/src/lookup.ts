import { type Destination, textOf } from './key.ts'
import type { FrontendState, State } from './state.ts'
import { canonical, isIpv6 } from './words.ts'

/** How a frontend was found, as `find_frontend` of the program does. */
export interface Found {
  readonly frontend: FrontendState
  /** Its own address, or as one of the node's. */
  readonly by: 'address' | 'node-address'
}

/** What the program finds for a destination; `isHost`: whether loopback is the host's. */
export function findFrontend(destination: Destination, state: State, isHost: boolean): Found | undefined {
  const own = state.frontends.get(textOf(destination))
  if (own) return { frontend: own, by: 'address' }
  const { address } = destination
  if (!isNodeAddress(canonical(address), state, isHost)) return undefined
  const any = state.frontends.get(textOf({ ...destination, address: isIpv6(address) ? '::' : '0.0.0.0' }))
  return any && { frontend: any, by: 'node-address' }
}

function isNodeAddress(address: string, state: State, isHost: boolean): boolean {
  return isLoopback(address) ? isHost : state.nodeAddresses.has(address)
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || ['0.0.0.0', '::1', '::'].includes(address)
}
