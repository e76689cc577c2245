import { addon } from './addon.ts'
import { Attr } from './attr.ts'
import { Command } from './commands.ts'

/** What BPF_PROG_TEST_RUN takes. */
export interface RunProgram {
  readonly fd: number
  readonly data: Uint8Array | null
  readonly dataOut: Uint8Array | null
  readonly context: Uint8Array | null
  readonly contextOut: Uint8Array | null
  readonly repeat: number
  readonly flags: number
  readonly cpu: number
  readonly batchSize: number
}

export interface RunResult {
  readonly status: number
  readonly returnValue: number
  readonly dataSize: number
  readonly contextSize: number
  readonly duration: number
}

export function runProgram(run: RunProgram): RunResult {
  const attr = new Attr(80)
    .u32(0, run.fd)
    .u32(8, run.data?.byteLength ?? 0)
    .u32(12, run.dataOut?.byteLength ?? 0)
    .u32(32, run.repeat)
    .u32(40, run.context?.byteLength ?? 0)
    .u32(44, run.contextOut?.byteLength ?? 0)
    .u32(64, run.flags)
    .u32(68, run.cpu)
    .u32(72, run.batchSize)
  const { data, dataOut, context, contextOut } = run
  const status = addon().bpf(
    Command.programRun,
    attr.bytes,
    ...([16, data, 24, dataOut, 48, context, 56, contextOut] as const),
  )
  return {
    status,
    returnValue: attr.getU32(4),
    dataSize: attr.getU32(12),
    contextSize: attr.getU32(44),
    duration: attr.getU32(36),
  }
}

/** What BPF_PROG_LOAD takes, as far as probes need it: instructions without maps or BTF. */
export interface LoadProgram {
  readonly type: number
  readonly attachType?: number | undefined
  readonly instructions: Uint8Array
  readonly log?: Uint8Array | undefined
}

const EAGAIN = 11
/** The verifier gives up when a signal is pending (kernel/bpf/verifier.c). libbpf asks as often. */
const MOST_TRIES = 5

/** An fd, or a negative errno. */
export function loadProgram({ type, attachType, instructions, log }: LoadProgram): number {
  const attr = new Attr(72)
    .u32(0, type)
    .u32(4, instructions.byteLength / 8)
    .u32(24, log ? 1 : 0)
    .u32(28, log?.byteLength ?? 0)
    .u32(68, attachType ?? 0)
  const license = Buffer.from('GPL\0')
  const ask = (): number => addon().bpf(Command.programLoad, attr.bytes, 8, instructions, 16, license, 32, log ?? null)
  let status = ask()
  for (let tries = 1; status === -EAGAIN && tries < MOST_TRIES; tries++) status = ask()
  return status
}
