import { checkedU32 } from '../chosen.ts'
import { invalidInput, kernelRefusal, NotSupported, type BpfError } from '../errors.ts'
import { runProgram, type RunProgram, type RunResult } from '../sys/program.ts'
import type { Program } from './program.ts'

/** How to run a program once or many times without attaching it. */
export interface TestRunOptions {
  /** The packet, from its Ethernet header. Programs that take none: leave it out. */
  readonly data?: Uint8Array
  /** The program's context: `xdpContext()`, `skbContext()`, or the structure of its type. */
  readonly context?: Uint8Array
  /** Runs; default 1. The packet is not restored between runs. */
  readonly repeat?: number
  /**
   * XDP: the verdict is acted on. Frames are really sent, redirected or handed to the stack, `repeat` of them, and
   * nothing comes back in `data`. Minimum kernel 5.18.
   */
  readonly liveFrames?: boolean
  /** Live frames in one go; default 64. */
  readonly batchSize?: number
  /** The CPU to run on (types `raw_tracepoint` and some others only). */
  readonly cpu?: number
  /**
   * Programs of tc: as if the card had summed the packet up (CHECKSUM_COMPLETE). The kernel refuses (EBADMSG) if its sum
   * is not the packet's afterwards. Minimum kernel 6.16.
   */
  readonly checksumComplete?: boolean
  /** Bytes to make room for when the program may make the packet longer; default 4096 more than `data`. */
  readonly maxSize?: number
}

export interface TestRunResult {
  readonly returnValue: number
  /** The packet afterwards; empty with live frames. */
  readonly data: Uint8Array
  /** The context afterwards, when one was given. */
  readonly context: Uint8Array
  /** Mean of one run, in nanoseconds. */
  readonly durationNs: number
  /**
   * How often a signal, or the kernel's own work for this thread, cut the runs short, so that all were begun anew:
   * then the program ran more often than `repeat`. Always 0 for a single run.
   */
  readonly interruptions: number
}

const LIVE_FRAMES = 1 << 1
const RUN_ON_CPU = 1 << 0
const CHECKSUM_COMPLETE = 1 << 2
const ROOM = 4096
const ENOSPC = -28
const EINVAL = -22
const ETHERNET = 14
const EINTR = -4
const ATTEMPTS = 32
const EMPTY = new Uint8Array(0)

/** Behind {@link Program.testRun}. */
export function testRun(program: Program, options: TestRunOptions): TestRunResult {
  const { data, context, liveFrames = false } = options
  checkData(data)
  const repeat = checkedU32(options.repeat ?? 1, 0, 'program.testRun', 'repeat')
  const dataOut = data && !liveFrames ? new Uint8Array(options.maxSize ?? data.byteLength + ROOM) : null
  const contextOut = context && !liveFrames ? new Uint8Array(context.byteLength) : null
  const { result, interruptions } = runUninterrupted({
    fd: program.fd,
    data: data ?? null,
    dataOut,
    context: context ?? null,
    contextOut,
    repeat,
    flags:
      (liveFrames ? LIVE_FRAMES : 0) |
      (options.cpu === undefined ? 0 : RUN_ON_CPU) |
      (options.checksumComplete ? CHECKSUM_COMPLETE : 0),
    cpu: options.cpu ?? 0,
    batchSize: options.batchSize ?? 0,
  })
  if (result.status < 0) throw refusal(program, options, result)
  return {
    returnValue: result.returnValue,
    data: dataOut?.subarray(0, result.dataSize) ?? EMPTY,
    context: contextOut?.subarray(0, result.contextSize) ?? EMPTY,
    durationNs: result.duration,
    interruptions,
  }
}

/** The kernel does not say how many of the runs were done when it was interrupted. */
function runUninterrupted(run: RunProgram): { result: RunResult; interruptions: number } {
  for (let interruptions = 0; ; interruptions++) {
    const result = runProgram(run)
    if (result.status !== EINTR || interruptions === ATTEMPTS) return { result, interruptions }
  }
}

function checkData(data: Uint8Array | undefined): void {
  if (data && data.byteLength < ETHERNET)
    throw invalidInput('program.testRun', `data has ${data.byteLength} bytes; the kernel wants an Ethernet header, 14`)
}

function refusal(program: Program, options: TestRunOptions, result: RunResult): BpfError {
  const { status, dataSize } = result
  const what = `program "${program.name}"`
  if (status === ENOSPC)
    return kernelRefusal('program.testRun', status, what, { hint: `the packet became ${dataSize} bytes: give maxSize` })
  if (status === EINVAL && options.liveFrames && program.info().type !== 'xdp')
    return new NotSupported('program.testRun', `live frames for a program of type ${program.info().type}`, '')
  return kernelRefusal('program.testRun', status, what)
}
