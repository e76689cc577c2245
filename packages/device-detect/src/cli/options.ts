import type { RoleOptions } from '../roles/types.ts'
import type { Selection } from '../selection/types.ts'

/** The options of the command line. */
export interface CliOptions {
  readonly devices: Selection
  readonly output: 'table' | 'json'
  readonly follow?: boolean
  readonly family?: 'ipv4' | 'ipv6'
  readonly layer3: boolean
  readonly netns?: string
  readonly nodeIp: readonly string[]
  readonly directRoutingDevice?: string
  readonly ipv6McastDevice?: string
}

/** Those about devices with a task. */
export function roleOptions({ nodeIp, directRoutingDevice, ipv6McastDevice }: CliOptions): RoleOptions {
  return { nodeAddresses: nodeIp, directRoutingDevice, ipv6MulticastDevice: ipv6McastDevice }
}
