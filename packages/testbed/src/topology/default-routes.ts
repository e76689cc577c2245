import type { Cidr } from '@skep/packet'
import { cidrContains, formatAddress, parseCidr } from '@skep/packet'
import type { DeviceModel, HostModel } from './model.ts'
import type { RouteSpec } from './spec.ts'

/** The routes of a host on a single link that names none: per family, through the first forwarding host on that link. */
export function defaultRoutes(host: HostModel, hosts: readonly HostModel[]): RouteSpec[] {
  const [device, ...others] = host.devices
  if (host.forwarding || device === undefined || others.length > 0) return []
  const gateways = hosts
    .filter((other) => other.forwarding && device.neighbors.includes(other.name))
    .flatMap((router) => router.devices.flatMap(cidrsOf))
    .filter((cidr) => cidrsOf(device).some((own) => cidrContains(own, cidr.address)))
  return [firstOf(4, gateways), firstOf(6, gateways)]
    .filter((gateway) => gateway !== undefined)
    .map((gateway) => ({ destination: 'default', via: formatAddress(gateway.address), device: device.name }))
}

function cidrsOf(device: DeviceModel): Cidr[] {
  return device.addresses.map((address) => parseCidr(address))
}

function firstOf(family: 4 | 6, cidrs: readonly Cidr[]): Cidr | undefined {
  return cidrs.find((cidr) => cidr.address.family === family)
}
