import { loadLbXdp as load, openLbXdp as open, type LbXdp, type LbXdpOptions, type LbXdpSpec } from './lb_xdp.gen.ts'
import { objectFor } from './kernel.ts'

export * from './lb_xdp.gen.ts'

/** Opens the object of `lb_xdp` that this kernel takes, or another one with the same declarations. */
export function openLbXdp(source: string | Uint8Array = objectFor('lb_xdp')): LbXdpSpec {
  return open(source)
}

/** Opens, configures and loads it. Needs CAP_BPF. */
export function loadLbXdp(options: LbXdpOptions = {}): LbXdp {
  return load({ source: objectFor('lb_xdp'), ...options })
}
