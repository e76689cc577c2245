import { type Address, AddressError, parseAddress, parseCidr } from '@skep/packet'
import { TCP_MD5SIG, TCP_MD5SIG_EXT, TCP_MD5SIG_FLAG_PREFIX } from '../constants.ts'
import { wrong } from '../error.ts'
import { ipSocketAddress } from '../socket-address.ts'

/** A password of TCP MD5 (RFC 2385) and the peers that it is for. */
export interface Md5Key {
  /** An address, or a prefix like `10.0.0.0/24` (Linux 4.13). Of several keys the longest prefix decides. */
  readonly peer: string
  /** 1 to 80 bytes; text goes as UTF-8. */
  readonly key: string | Uint8Array
}

const LONGEST = 80
const KEY_AT = 136

/** `struct tcp_md5sig`, and by which option it is set. Without a key the peer's is taken away. */
export interface Md5Option {
  readonly name: number
  readonly bytes: Uint8Array
}

export function md5Option(operation: string, peer: string, key?: string | Uint8Array): Md5Option {
  const { address, prefix } = peers(operation, peer)
  const secret = key === undefined ? new Uint8Array() : keyBytes(operation, key)
  const bytes = new Uint8Array(KEY_AT + LONGEST)
  const view = new DataView(bytes.buffer)
  bytes.set(ipSocketAddress(address))
  view.setUint8(128, prefix === undefined ? 0 : TCP_MD5SIG_FLAG_PREFIX)
  view.setUint8(129, prefix ?? 0)
  view.setUint16(130, secret.length, true)
  bytes.set(secret, KEY_AT)
  return { name: prefix === undefined ? TCP_MD5SIG : TCP_MD5SIG_EXT, bytes }
}

function peers(operation: string, peer: string): { readonly address: Address; readonly prefix?: number } {
  try {
    return peer.includes('/') ? parseCidr(peer) : { address: parseAddress(peer) }
  } catch (error) {
    if (error instanceof AddressError) wrong(operation, 'md5.peer', peer, 'an address or a prefix like "10.0.0.0/24"')
    throw error
  }
}

/** The key is not repeated in the error. */
function keyBytes(operation: string, key: string | Uint8Array): Uint8Array {
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
  if (bytes.length === 0 || bytes.length > LONGEST)
    wrong(operation, 'md5.key', `${bytes.length} bytes`, `a key of 1 to ${LONGEST} bytes`)
  return bytes
}
