import { u32 } from '../codec-scalars.ts'
import type { Codec } from '../codec.ts'
import { Program } from '../program/program.ts'
import { BpfMap } from './bpf-map.ts'
import type { MapHandle } from './map-handle.ts'

/**
 * Programs to tail-call. Writing takes a program; reading opens it anew: dispose of what you read.
 *
 * All programs in one array must be of one type, and of the same kind as their caller.
 */
export class ProgArray extends BpfMap<number, Program> {
  /** Takes `handle` over. Minimum kernel 4.2 (reading: 4.15). */
  constructor(handle: MapHandle) {
    super(handle, { key: u32, value: programCodec })
  }
}

/** Written as an fd, read as an id: so the kernel wants it. */
const programCodec: Codec<Program> = {
  size: 4,
  align: 4,
  read: (view, offset) => Program.openById(u32.read(view, offset)),
  write: (view, offset, program) => u32.write(view, offset, program.fd),
}
