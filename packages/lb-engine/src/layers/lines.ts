import { type Arrival, arrivalCodec, type Departure, departureCodec } from '@skep/datapath/lb-xdp'
import { Mixer } from '@skep/lb-maps'
import type { LayerTag } from './plan.ts'

/** As bpf/include/maps/layers.h has them. */
const IN_LINE = 4
export const LINES = 1024
const NO_TAG: LayerTag = { protocol: 0, id: 0 }

const mixer = new Mixer()

/** The line that bpf/lib/layers.h looks in: the mix of the device and of the tag's bytes as frames have them. */
export function lineOf(device: number, { protocol, id }: LayerTag = NO_TAG): number {
  mixer.start(0, 0).word(device, swapped(protocol) | (swapped(id) << 16))
  return mixer.lo & (LINES - 1)
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >> 8)
}

/** The table of arrivals as bytes. Those that find their line full are `left`. */
export function arrivalBytes(arrivals: readonly Arrival[]): { bytes: Uint8Array<ArrayBuffer>; left: number } {
  return fill(arrivals, arrivalCodec, ({ port, tag }) => lineOf(port, tag))
}

/** The table of departures as bytes. Those that find their line full are `left`. */
export function departureBytes(departures: readonly Departure[]): { bytes: Uint8Array<ArrayBuffer>; left: number } {
  return fill(departures, departureCodec, ({ device }) => lineOf(device))
}

interface EntryCodec<T> {
  readonly size: number
  write(view: DataView, offset: number, value: T): void
}

function fill<T>(
  entries: readonly T[],
  codec: EntryCodec<T>,
  line: (entry: T) => number,
): { bytes: Uint8Array<ArrayBuffer>; left: number } {
  const bytes = new Uint8Array(LINES * IN_LINE * codec.size)
  const view = new DataView(bytes.buffer)
  const taken = new Map<number, number>()
  let left = 0
  for (const entry of entries) {
    const place = line(entry)
    const before = taken.get(place) ?? 0
    if (before < IN_LINE) codec.write(view, (place * IN_LINE + before) * codec.size, entry)
    else left++
    taken.set(place, before + 1)
  }
  return { bytes, left }
}
