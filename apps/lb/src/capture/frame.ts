import { type VerdictInfo, verdictsByIndex } from '@skep/datapath'
import { captureRecordOffsets as at } from '@skep/datapath/lb-xdp-capture'

/** A packet as it arrived at the load balancer, or as it left. */
export interface Frame {
  /** The same for one packet on arrival and on departure. */
  readonly packet: bigint
  readonly departure: boolean
  /** Of arrival; nanoseconds since 1970. */
  readonly timestamp: bigint
  /** Index of the device that it came in by. */
  readonly device: number
  readonly queue: number
  readonly verdict: VerdictInfo
  /** Of the whole frame, in bytes. */
  readonly length: number
  readonly bytes: Uint8Array
}

/** Reads a record of the ring. `epoch`: what to add to the kernel's monotonic nanoseconds. */
export function readFrame(view: DataView, offset: number, epoch: bigint): Frame {
  const word = (field: number) => view.getUint32(offset + field, true)
  const index = word(at.verdict)
  return {
    packet: view.getBigUint64(offset + at.packet, true),
    departure: word(at.departure) === 1,
    timestamp: view.getBigUint64(offset + at.time, true) + epoch,
    device: word(at.device),
    queue: word(at.queue),
    verdict: verdictsByIndex[index] ?? unknown(index),
    length: word(at.length),
    bytes: new Uint8Array(view.buffer, view.byteOffset + offset + at.bytes, word(at.captured)).slice(),
  }
}

/** Whether a packet left otherwise than it came: what only passes is shown once. */
export function leavesChanged({ verdict }: Pick<Frame, 'verdict'>): boolean {
  return !verdict.name.startsWith('PASS_')
}

function unknown(index: number): VerdictInfo {
  throw new RangeError(`the datapath tells of verdict ${index}, and there are ${verdictsByIndex.length}`)
}
