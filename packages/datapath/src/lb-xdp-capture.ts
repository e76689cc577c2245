import {
  loadLbXdpCapture as load,
  openLbXdpCapture as open,
  type LbXdpCapture,
  type LbXdpCaptureOptions,
  type LbXdpCaptureSpec,
} from './lb_xdp_capture.gen.ts'
import { objectFor } from './kernel.ts'

export * from './lb_xdp_capture.gen.ts'

/** Opens the object of `lb_xdp_capture` that this kernel takes, or another one with the same declarations. */
export function openLbXdpCapture(source: string | Uint8Array = objectFor('lb_xdp_capture')): LbXdpCaptureSpec {
  return open(source)
}

/** Opens, configures and loads it. Needs CAP_BPF. */
export function loadLbXdpCapture(options: LbXdpCaptureOptions = {}): LbXdpCapture {
  return load({ source: objectFor('lb_xdp_capture'), ...options })
}
