import type { BridgeSpec, RouteSpec } from './spec.ts'

/** A device with every default filled in. */
export interface DeviceModel {
  readonly host: string
  readonly name: string
  readonly mac: string
  readonly mtu: number | undefined
  readonly addresses: readonly string[]
  readonly passXdp: boolean
  /** The other hosts on the same link. */
  readonly neighbors: readonly string[]
}

/** A host with every default filled in. */
export interface HostModel {
  readonly name: string
  readonly devices: readonly DeviceModel[]
  readonly loopback: readonly string[]
  readonly forwarding: boolean
  readonly routes: readonly RouteSpec[]
  readonly sysctls: Readonly<Record<string, string | number>>
  readonly cgroup?: string | undefined
  readonly bridges: Readonly<Record<string, BridgeSpec>>
}

/** What a topology is, before anything exists: the same on every machine. */
export interface TopologyModel {
  readonly hosts: readonly HostModel[]
  readonly veths: readonly (readonly [DeviceModel, DeviceModel])[]
}
