import {
  loadLbTcCapture as load,
  openLbTcCapture as open,
  type LbTcCapture,
  type LbTcCaptureOptions,
  type LbTcCaptureSpec,
} from './lb_tc_capture.gen.ts'
import { objectFor } from './kernel.ts'

export * from './lb_tc_capture.gen.ts'

/** Opens the object of `lb_tc_capture` that this kernel takes, or another one with the same declarations. */
export function openLbTcCapture(source: string | Uint8Array = objectFor('lb_tc_capture')): LbTcCaptureSpec {
  return open(source)
}

/** Opens, configures and loads it. Needs CAP_BPF. */
export function loadLbTcCapture(options: LbTcCaptureOptions = {}): LbTcCapture {
  return load({ source: objectFor('lb_tc_capture'), ...options })
}
