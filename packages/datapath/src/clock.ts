import type { Program } from 'libbpf-ts'
import { type ClockReading, clockReadingCodec, loadClock } from './clock.gen.ts'

/** The frequencies that kernels are built with (`CONFIG_HZ`). */
const FREQUENCIES = [100, 250, 300, 1000] as const

/** Long enough to tell them apart: at 100 Hz, four ticks. */
const SPAN_NS = 40_000_000n

/**
 * Measures how many jiffies this kernel counts in a second, by the clock that BPF programs see. Busy for about 50 ms.
 *
 * Errors: those of loading a program (`BpfError`). Minimum kernel 5.5. Equivalent to
 * `grep CONFIG_HZ= /boot/config-$(uname -r)`, where there is such a file.
 */
export function jiffiesPerSecond(): number {
  using clock = loadClock()
  const first = nextTick(clock.programs.clock, 0n)
  const last = nextTick(clock.programs.clock, first.nanoseconds + SPAN_NS)
  const ticks = Number(last.jiffies - first.jiffies)
  return nearestFrequency(ticks / (Number(last.nanoseconds - first.nanoseconds) / 1e9))
}

/** The kernel's jiffies and monotonic nanoseconds, read together. Minimum kernel 5.5. */
export function readClock(): ClockReading {
  using clock = loadClock()
  return read(clock.programs.clock)
}

/** The same, read again and again by one program: a system call each time. */
export class Clock implements Disposable {
  readonly #loaded = loadClock()

  read(): ClockReading {
    return read(this.#loaded.programs.clock)
  }

  [Symbol.dispose](): void {
    this.#loaded[Symbol.dispose]()
  }
}

/** The kernel frequency that is closest, by ratio, to a measured one. */
export function nearestFrequency(measured: number): number {
  const distance = (frequency: number): number => Math.abs(Math.log(measured / frequency))
  return FREQUENCIES.reduce((best, frequency) => (distance(frequency) < distance(best) ? frequency : best))
}

/** The first reading after a tick that is not before `from`, so that less than a tick is lost. */
function nextTick(program: Program, from: bigint): ClockReading {
  let previous = read(program)
  for (;;) {
    const reading = read(program)
    if (reading.nanoseconds >= from && reading.jiffies !== previous.jiffies) return reading
    previous = reading
  }
}

function read(program: Program): ClockReading {
  const { data } = program.testRun({ data: new Uint8Array(clockReadingCodec.size), maxSize: 64 })
  return clockReadingCodec.read(new DataView(data.buffer, data.byteOffset), 0)
}
