import type { Netlink } from 'netlink-ts'
import { type DeviceEvent, followDevices } from '../follow/follow.ts'
import { assignRoles } from '../roles/roles.ts'
import { formatDetection } from './format.ts'
import { jsonReport } from './json.ts'
import { type CliOptions, roleOptions } from './options.ts'

/** Prints what is chosen, then each change, until SIGINT or SIGTERM. */
export async function follow(netlink: Netlink, options: CliOptions): Promise<void> {
  const end = new AbortController()
  const { signal } = end
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => end.abort())
  const families = options.family && [options.family]
  for await (const event of followDevices(netlink, options.devices, { signal, families, layer3: options.layer3 }))
    console.log(options.output === 'json' ? toJson(event, options) : toText(event, options))
}

function toJson({ changes, detection, snapshot }: DeviceEvent, options: CliOptions): string {
  const roles = assignRoles(snapshot, detection, roleOptions(options))
  return JSON.stringify({ changes, ...jsonReport(detection, roles) })
}

function toText({ changes, detection, snapshot }: DeviceEvent, options: CliOptions): string {
  if (changes.length === 0) return formatDetection(detection, assignRoles(snapshot, detection, roleOptions(options)))
  return changes.map(({ change, device, why }) => `${change === 'appeared' ? '+' : '-'} ${device}: ${why}`).join('\n')
}
