import type { LbXdp } from '../src/lb-xdp.ts'
import { fmix64 } from './hash.ts'

const LINES = 1024
const NO_TAG = { protocol: 0, id: 0 } as const
const nobody = { port: 0, tag: NO_TAG, device: 0, base: 0 }
const nothing = { device: 0, tag: NO_TAG, base: 0 }

export interface Tag {
  readonly protocol: number
  readonly id: number
}

/** Where a device's line is, as bpf/lib/layers.h has it: of the tag's bytes as frames have them. */
export function lineOf(device: number, { protocol, id }: Tag = NO_TAG): number {
  const word = swapped(protocol) | (swapped(id) << 16n)
  return Number(fmix64(BigInt(device) | (word << 32n)) % BigInt(LINES))
}

function swapped(word: number): bigint {
  return BigInt(((word & 0xff) << 8) | (word >> 8))
}

/** Frames that come by a port with a tag are a device's, which is above `base`. Only one in a line. */
export function arrive(
  { maps }: Pick<LbXdp, 'maps'>,
  port: number,
  device: number,
  base: number,
  tag: Tag = NO_TAG,
): void {
  maps.arrivals.set(lineOf(port, tag), { arrivals: [{ port, tag, device, base }, nobody, nobody, nobody] })
}

/** Frames for a device leave by the one below, with a tag. Only one in a line. */
export function depart({ maps }: Pick<LbXdp, 'maps'>, device: number, base: number, tag: Tag = NO_TAG): void {
  maps.departures.set(lineOf(device), { departures: [{ device, tag, base }, nothing, nothing, nothing] })
}
