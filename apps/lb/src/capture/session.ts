import { setTimeout } from 'node:timers/promises'
import { readClock } from '@skep/datapath/clock'
import type { LbXdpCapture } from '@skep/datapath/lb-xdp-capture'
import type { RingBufferReader } from 'libbpf-ts'
import { beginCapture, datapathTime } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { encodeFilter } from './filter/encode.ts'
import type { Filter } from './filter/filter.ts'
import { leavesChanged, readFrame, type Frame } from './frame.ts'
import { loadCapture, loadTcCapture, notInstalled } from './load.ts'
import { hooksInUse, type Stand, swapIn } from './swap.ts'

/** What a capture is bounded by. It ends at the first of them. */
export interface CaptureBounds {
  /** Packets; one that arrives and leaves counts once. */
  readonly count: number
  readonly seconds: number
  /** Bytes of a frame. */
  readonly snaplen: number
  /** One packet of so many, at random. */
  readonly sample: number
}

/** How a capture went. */
export interface CaptureCounts {
  packets: number
  /** Frames that found no room on the way to this process. */
  lost: bigint
}

const LOOK_EVERY_MS = 20

/** A capture: its program is on the devices as long as this is not disposed of. */
export class CaptureSession implements Disposable {
  readonly counts: CaptureCounts = { packets: 0, lost: 0n }
  readonly #stack: DisposableStack
  readonly #swapped: Disposable
  readonly #reader: RingBufferReader
  readonly #bounds: CaptureBounds
  readonly #epoch: bigint
  readonly #seen = new Set<bigint>()

  /** Puts the capturing program in place. Throws `LbError` where nothing is installed, or a capture is under way. */
  constructor(paths: InstancePaths, filter: Filter, bounds: CaptureBounds) {
    using stack = new DisposableStack()
    const underWay = stack.use(beginCapture(paths))
    const hooks = hooksInUse(paths)
    if (hooks.size === 0) throw notInstalled(paths)
    const datapath = stack.use(loadCapture(paths))
    const programs: Stand = {
      xdp: datapath.programs.lbXdpCapture,
      ...(hooks.has('tc') ? { tc: stack.use(loadTcCapture(paths, datapath)).programs.lbTcCapture } : {}),
    }
    this.#bounds = bounds
    this.#epoch = setFilter(datapath, filter, bounds, datapathTime(paths).jiffiesPerSecond)
    this.#reader = stack.use(openRing(datapath))
    underWay.using(Object.values(programs).map((program) => program.info().id))
    this.#swapped = stack.use(swapIn(paths, programs))
    this.#stack = stack.move()
  }

  /** Frames as they come, until a bound is reached or the signal aborts; the load balancer's own program is back then. */
  async *frames(signal: AbortSignal): AsyncGenerator<Frame> {
    const end = performance.now() + 1000 * this.#bounds.seconds
    while (!signal.aborted && performance.now() < end && this.counts.packets < this.#bounds.count) {
      const frames = this.#drain()
      yield* frames
      if (frames.length === 0) await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    }
    this.#swapped[Symbol.dispose]()
    yield* this.#drain()
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  #drain(): Frame[] {
    const frames: Frame[] = []
    const batch = this.#reader.drain()
    batch?.forEach((view, offset) => {
      const frame = readFrame(view, offset, this.#epoch)
      if (this.#wants(frame)) frames.push(frame)
    })
    this.counts.lost += batch?.dropped ?? 0n
    return frames
  }

  /** A packet that was seen arriving is seen leaving, also when it is the last. */
  #wants(frame: Frame): boolean {
    if (frame.departure) return this.#seen.delete(frame.packet) && leavesChanged(frame)
    if (this.counts.packets >= this.#bounds.count) return false
    this.counts.packets++
    if (frame.verdict.action !== 'DROP') this.#seen.add(frame.packet)
    return true
  }
}

/** Returns what turns the kernel's monotonic time into nanoseconds since 1970. */
function setFilter(
  datapath: LbXdpCapture,
  filter: Filter,
  { seconds, snaplen, sample }: CaptureBounds,
  ticks: number,
): bigint {
  const { jiffies, nanoseconds } = readClock()
  const epoch = BigInt(Date.now()) * 1_000_000n - nanoseconds
  // Should this process be killed: the program that it leaves on the devices copies nothing any more.
  const deadline = jiffies + BigInt(Math.ceil(seconds * ticks))
  datapath.maps.captureFilters.set(0, encodeFilter(filter, { deadline, snaplen, sample }))
  return epoch
}

function openRing({ maps: { captureRing, captureLost } }: LbXdpCapture): RingBufferReader {
  return captureRing.reader({ countDropped: () => captureLost.get(0) ?? 0n })
}
