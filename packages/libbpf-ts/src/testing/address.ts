import { struct } from '../codec-composite.ts'
import { be16, be32, u64, u8 } from '../codec-scalars.ts'
import type { Codec } from '../codec.ts'

/** `struct address` of `maps.bpf.c`. */
export interface Address {
  ip: number
  port: number
  protocol: number
  pad: number
}

/** `struct counter` of `maps.bpf.c`. */
export interface Counter {
  packets: bigint
  bytes: bigint
}

export const addressCodec: Codec<Address> = struct<Address>({ ip: be32, port: be16, protocol: u8, pad: u8 })
export const counterCodec: Codec<Counter> = struct<Counter>({ packets: u64, bytes: u64 })

export function address(index: number): Address {
  return { ip: 0x0a000000 + index, port: 80, protocol: 6, pad: 0 }
}

export function counter(packets: number, bytes: number): Counter {
  return { packets: BigInt(packets), bytes: BigInt(bytes) }
}
