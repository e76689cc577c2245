import { encodeAttributes } from '../src/wire/attributes/encode.ts'

/** How many different attribute sets the routes have: each another community. */
export const SETS = 100

/** The i-th prefix: /24s from 1.0.0.0 on, as bytes. */
export function prefixOf(i: number): Uint8Array {
  const value = 0x0100_0000 + i * 256
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, 0)
}

const HEAD = 12

/** The routes as an MRT dump (RFC 6396), which is how GoBGP takes many at once. */
export function mrtDump(count: number, nextHop: string): Buffer {
  const attributes = Array.from({ length: SETS }, (_, i) =>
    encodeAttributes(
      { origin: 'igp', asPath: [], nextHop, communities: [65001 * 65536 + i] },
      { as4: true, external: true },
    ),
  )
  const records = [record(1, peerTable())]
  for (let i = 0; i < count; i++) records.push(record(2, rib(i, attributes[i % SETS]!)))
  return Buffer.concat(records)
}

function record(subtype: number, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEAD + body.length)
  bytes.writeUInt16BE(13, 4)
  bytes.writeUInt16BE(subtype, 6)
  bytes.writeUInt32BE(body.length, 8)
  bytes.set(body, HEAD)
  return bytes
}

/** One peer, of a four-octet AS. */
function peerTable(): Uint8Array {
  const bytes = Buffer.alloc(4 + 2 + 2 + 1 + 12)
  bytes.writeUInt16BE(1, 6)
  bytes[8] = 2
  bytes.writeUInt32BE(0x0a00_0001, 9)
  bytes.writeUInt32BE(0x0a00_0001, 13)
  bytes.writeUInt32BE(65001, 17)
  return bytes
}

function rib(sequence: number, attributes: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + 1 + 3 + 2 + 2 + 4 + 2 + attributes.length)
  bytes.writeUInt32BE(sequence, 0)
  bytes[4] = 24
  bytes.set(prefixOf(sequence).subarray(0, 3), 5)
  bytes.writeUInt16BE(1, 8)
  bytes.writeUInt16BE(attributes.length, 16)
  bytes.set(attributes, 18)
  return bytes
}
