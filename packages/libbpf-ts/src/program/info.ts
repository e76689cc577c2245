import { checked } from '../errors.ts'
import { Attr } from '../sys/attr.ts'
import { readInfo } from '../sys/object.ts'
import { programTypeName } from './types.ts'

/** What the kernel says about a program. */
export interface ProgramInfo {
  readonly id: number
  /** As `bpftool prog` shows it: `xdp`, `sched_cls`. */
  readonly type: string
  readonly typeNumber: number
  /** Cut by the kernel to 15 characters. */
  readonly name: string
  /** A hash of the instructions, as 16 hex digits. */
  readonly tag: string
  /** Nanoseconds since the machine started. */
  readonly loadTime: bigint
  readonly mapIds: readonly number[]
  readonly btfId: number
  /** Instructions in bytes, after the verifier and as machine code. */
  readonly translatedSize: number
  readonly jitedSize: number
  /** Nanoseconds in the program and runs, counted while statistics are on (`enableStats()`). Since 5.1. */
  readonly runTimeNs: bigint
  readonly runCount: bigint
  /** Runs that were left out because the program was already running on that CPU. Since 5.12. */
  readonly recursionMisses: bigint
  /** Instructions that the verifier went through. Since 5.16. */
  readonly verifiedInstructions: number
}

/** struct bpf_prog_info */
const SIZE = 232
const MAP_COUNT = 52
const MAP_IDS = 56

/** Errors: as the kernel refuses. Minimum kernel 4.13. Equivalent to: `bpftool prog show`. */
export function programInfo(fd: number): ProgramInfo {
  const info = new Attr(SIZE)
  checked(readInfo(fd, info.bytes), 'program.info', `program fd ${fd}`)
  return {
    id: info.getU32(4),
    type: programTypeName(info.getU32(0)),
    typeNumber: info.getU32(0),
    name: info.text(64, 16),
    tag: Buffer.from(info.bytes.subarray(8, 16)).toString('hex'),
    jitedSize: info.getU32(16),
    translatedSize: info.getU32(20),
    loadTime: info.getU64(40),
    mapIds: mapIds(fd, info.getU32(MAP_COUNT)),
    btfId: info.getU32(128),
    runTimeNs: info.getU64(192),
    runCount: info.getU64(200),
    recursionMisses: info.getU64(208),
    verifiedInstructions: info.getU32(216),
  }
}

/** A second question, with room for the answer. */
function mapIds(fd: number, count: number): number[] {
  if (count === 0) return []
  const info = new Attr(SIZE).u32(MAP_COUNT, count)
  const ids = new Uint32Array(count)
  checked(readInfo(fd, info.bytes, MAP_IDS, new Uint8Array(ids.buffer)), 'program.info', `program fd ${fd}`)
  return [...ids]
}
