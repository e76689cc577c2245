import { loadLbTc as load, openLbTc as open, type LbTc, type LbTcOptions, type LbTcSpec } from './lb_tc.gen.ts'
import { objectFor } from './kernel.ts'

export * from './lb_tc.gen.ts'

/** Opens the object of `lb_tc` that this kernel takes, or another one with the same declarations. */
export function openLbTc(source: string | Uint8Array = objectFor('lb_tc')): LbTcSpec {
  return open(source)
}

/** Opens, configures and loads it. Needs CAP_BPF. */
export function loadLbTc(options: LbTcOptions = {}): LbTc {
  return load({ source: objectFor('lb_tc'), ...options })
}
