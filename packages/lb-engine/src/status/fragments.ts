import { readClock } from '@skep/datapath/clock'
import { fragmentCodec, fragmentOffsets as at, type LbConfig } from '@skep/datapath/lb-xdp'
import type { Tables } from './tables.ts'

/** The map, or what stands for it. */
export type FragmentMap = { readonly fragments: Pick<Tables['fragments'], 'mmap'> }

/** How many packets are in fragments, and how many may be at one time. */
export interface Fragments {
  /** Their first fragment came within the time in which others follow it, whether all have come or not. */
  readonly used: number
  /** Half of the lines, as a packet may stand in either of two. */
  readonly size: number
}

const LINE_BYTES: number = fragmentCodec.size
const [TAG, TIME] = [at.state, at.state + 4]

/** Looks through the table by the rules of bpf/lib/fragment.h. `jiffies`: the kernel's, now. */
export function readFragments(
  { fragments }: FragmentMap,
  { timeoutFragment }: LbConfig,
  jiffies: bigint = readClock().jiffies,
): Fragments {
  using memory = fragments.mmap()
  const view = new DataView(memory.buffer)
  const now = Number(BigInt.asUintN(32, jiffies))
  let used = 0
  for (let line = 0; line < view.byteLength; line += LINE_BYTES) {
    if (view.getUint32(line + TAG, true) === 0) continue
    // Written after the clock was read: an age below 0.
    if (((now - view.getUint32(line + TIME, true)) | 0) <= timeoutFragment) used++
  }
  return { used, size: view.byteLength / LINE_BYTES / 2 }
}
