import { u32 } from '../codec-scalars.ts'
import type { Codec } from '../codec.ts'
import { invalidInput } from '../errors.ts'
import { BpfMap } from './bpf-map.ts'
import type { MapHandle } from './map-handle.ts'

/** Where `bpf_redirect_map()` sends a frame. */
export interface DevMapTarget {
  readonly ifindex: number
  /** Runs on the frame before it is sent: an XDP program loaded for `xdp/devmap`. Minimum kernel 5.8. */
  readonly program?: { readonly fd: number }
  /** When read: the id of that program; 0 for none. */
  readonly programId?: number
}

/** Devices to redirect to (`devmap`, `devmap_hash`), by number. */
export class DevMap extends BpfMap<number, DevMapTarget> {
  /** Takes `handle` over. Minimum kernel 4.14, `devmap_hash` 5.4. */
  constructor(handle: MapHandle) {
    super(handle, { key: u32, value: handle.info.valueSize === 4 ? ifindexOnly : withProgram })
  }
}

const ifindexOnly: Codec<DevMapTarget> = {
  size: 4,
  align: 4,
  read: (view, offset) => ({ ifindex: u32.read(view, offset) }),
  write: (view, offset, { ifindex, program }) => {
    if (program)
      throw invalidInput('map.set', 'this map has no room for programs: declare values of struct bpf_devmap_val')
    u32.write(view, offset, ifindex)
  },
}

const withProgram: Codec<DevMapTarget> = {
  size: 8,
  align: 4,
  read: (view, offset) => ({ ifindex: u32.read(view, offset), programId: u32.read(view, offset + 4) }),
  write: (view, offset, { ifindex, program }) => {
    u32.write(view, offset, ifindex)
    u32.write(view, offset + 4, program?.fd ?? 0)
  },
}
