import { format } from '@skep/packet'
import type { Frame } from '../frame.ts'
import type { NameDevice } from './devices.ts'
import type { Output } from './output.ts'

/** For people: a line a frame, as tcpdump prints it, with the verdict. */
export function textOutput(nameOf: NameDevice): Output {
  return { frame: (frame) => `${line(frame, nameOf(frame))}\n`, end: () => '' }
}

function line({ timestamp, departure, verdict, bytes }: Frame, device: string): string {
  const way = departure ? 'out' : 'in '
  return `${clock(timestamp)} ${device} ${way} ${format(bytes)}  [${verdict.name}]`
}

/** `12:00:01.123456`, UTC. */
function clock(nanoseconds: bigint): string {
  const micros = String((nanoseconds / 1000n) % 1_000_000n).padStart(6, '0')
  const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(11, 19)
  return `${seconds}.${micros}`
}
