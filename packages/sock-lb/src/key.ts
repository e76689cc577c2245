import type { SockFrontendKey } from '@skep/datapath/sock-lb'
import { addressOf, canonical, wordsOf } from './words.ts'

const numbers = { TCP: 6, UDP: 17 } as const

export type SocketProtocol = keyof typeof numbers

/** Where a socket goes. */
export interface Destination {
  readonly address: string
  readonly port: number
  readonly protocol: SocketProtocol
}

/** One text for each destination, however its address is written: `TCP 10.96.0.1 80`. */
export function textOf({ protocol, address, port }: Destination): string {
  return `${protocol} ${canonical(address)} ${port}`
}

export function fromText(text: string): Destination {
  const [protocol, address, port] = text.split(' ') as [SocketProtocol, string, string]
  return { protocol, address, port: Number(port) }
}

export function keyOf(text: string): SockFrontendKey {
  const { protocol, address, port } = fromText(text)
  return { address: wordsOf(address), port, protocol: numbers[protocol] }
}

export function protocolOf({ protocol }: { readonly protocol: number }): SocketProtocol {
  return protocol === numbers.UDP ? 'UDP' : 'TCP'
}

/** From an entry of a map. */
export function textOfKey(key: SockFrontendKey): string {
  return `${protocolOf(key)} ${addressOf(key.address)} ${key.port}`
}
