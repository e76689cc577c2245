import { parseWords } from './address.ts'
import { LbMapsError } from './error.ts'
import { protocolNumbers, type ServiceKey, serviceKey } from './key.ts'
import type { Family } from './layout.ts'
import { hashFlow } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import type { Frontend, Protocol } from './service.ts'

/** A flow as a user names it: who sends, and to what. */
export interface Flow {
  readonly client: string
  readonly clientPort: number
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
}

/** The key that a frontend has in the service table. Throws INVALID for what is not an address. */
export function frontendKey({ address, port, protocol }: Frontend): ServiceKey {
  const words = new Uint32Array(4)
  const family = parseWords(address, words, 0)
  if (!family) throw notAnAddress('address', address)
  return serviceKey(family, words, port, protocolNumbers[protocol])
}

/** The datapath's hash of a flow; with `byClient` all flows of a client have one. */
export function hashOf(
  maps: LbMaps,
  flow: Flow,
  family: Family,
  byClient: boolean,
): { readonly lo: number; readonly hi: number } {
  const words = clientWords(flow.client, family)
  if (byClient) return hashFlow(maps.hashKey.key1, { family, words, clientPort: 0, port: 0, protocol: 0 })
  const { clientPort, port } = flow
  return hashFlow(maps.hashKey.key1, { family, words, clientPort, port, protocol: protocolNumbers[flow.protocol] })
}

/** The client's address in map order. Throws INVALID where it is not of the service's family. */
export function clientWords(client: string, family: Family): Uint32Array {
  const words = new Uint32Array(4)
  if (parseWords(client, words, 0) !== family) throw notAnAddress('client', client)
  return words
}

function notAnAddress(path: string, value: string): LbMapsError {
  const message = `${JSON.stringify(value)} is not an address of the service's family`
  return new LbMapsError('INVALID', 'explain a flow', `${path}: ${message}`, [{ path, message }])
}
