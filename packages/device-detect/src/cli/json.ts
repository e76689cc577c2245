import type { Detection } from '../detect/types.ts'
import type { Roles } from '../roles/types.ts'

/** What `-o json` prints. */
export interface JsonReport extends Detection {
  readonly directRouting: Roles['directRouting']
  readonly ipv6Multicast: Roles['ipv6Multicast']
  /** The chosen devices, and those with a task. */
  readonly allDevices: readonly string[]
}

export function jsonReport(detection: Detection, { directRouting, ipv6Multicast, devices }: Roles): JsonReport {
  return { ...detection, directRouting, ipv6Multicast, allDevices: devices }
}
