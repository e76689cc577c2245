import { parseMac } from '@skep/packet'
import type { LbXdp } from '../src/lb-xdp.ts'

const PLACES = 1024
const NONE = { device: 0, address: new Uint8Array(6) }

type Maps = { readonly maps: Pick<LbXdp['maps'], 'ownAddresses'> }

/** Frames for these MAC addresses are for the host, of those that come by a device; others are not. */
export function hear({ maps }: Maps, device: number, addresses: readonly string[]): void {
  for (const address of ['00:00:00:00:00:00', ...addresses]) {
    const bytes = parseMac(address)
    let place = firstPlace(device, bytes)
    while (maps.ownAddresses.get(place)!.device !== 0) place = (place + 1) % PLACES
    maps.ownAddresses.set(place, { device: device & 0xffff, address: bytes })
  }
}

/** Of no device it is known any more. */
export function hearAnything({ maps }: Maps): void {
  for (let place = 0; place < PLACES; place++) maps.ownAddresses.set(place, NONE)
}

/** Where bpf/lib/addressee.h looks first. */
function firstPlace(device: number, address: Uint8Array): number {
  const word = [...address].reduceRight((above, byte) => (above << 8n) | BigInt(byte), 0n)
  return Number(BigInt.asUintN(64, ((word << 16n) | BigInt(device & 0xffff)) * 0x9e3779b97f4a7c15n) >> 54n)
}
