import type { CaptureCounts } from '../session.ts'
import type { Frame } from '../frame.ts'

/** How frames are written. */
export interface Output {
  frame(frame: Frame): string | Uint8Array
  /** What stands at the end. */
  end(counts: CaptureCounts): string | Uint8Array
}
