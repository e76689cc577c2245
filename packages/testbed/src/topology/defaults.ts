import { defaultRoutes } from './default-routes.ts'
import type { DeviceModel, HostModel, TopologyModel } from './model.ts'
import type { EndSpec, HostSpec, LinkSpec, TopologySpec } from './spec.ts'
import { endOf, listOf } from './spec.ts'

interface Draft {
  readonly specs: Map<string, HostSpec>
  readonly devices: Map<string, DeviceModel[]>
  readonly veths: [DeviceModel, DeviceModel][]
  readonly forwards: (host: string) => boolean
}

/** Fills in every default: device names, MACs, bridges of three or more ends, forwarding, default routes. */
export function modelOf(spec: TopologySpec): TopologyModel {
  const links = spec.links ?? []
  const specs = new Map<string, HostSpec>(Object.entries(spec.hosts))
  const forwards = (host: string): boolean => specs.get(host)?.forwarding ?? isRouter(host, specs.get(host), links)
  const draft: Draft = { specs, devices: new Map([...specs.keys()].map((host) => [host, []])), veths: [], forwards }
  for (const link of links) joinEnds(draft, link)
  const hosts = [...specs].map(([name, host]) => hostModel(name, host, draft))
  return { hosts: hosts.map((host) => withDefaultRoutes(host, hosts, spec)), veths: draft.veths }
}

function isRouter(host: string, spec: HostSpec | undefined, links: readonly LinkSpec[]): boolean {
  return spec?.bridges === undefined && links.filter((link) => link.ends[host] !== undefined).length > 1
}

function joinEnds(draft: Draft, link: LinkSpec): void {
  const hosts = Object.keys(link.ends)
  const ends = hosts.map((host) => addDevice(draft, host, endOf(link.ends[host]), link))
  const [first, second, ...more] = ends
  if (first && second && more.length === 0 && link.bridge === undefined) draft.veths.push([first, second])
  else addBridge(draft, link, ends)
}

function addBridge(draft: Draft, link: LinkSpec, ends: readonly DeviceModel[]): void {
  const host = link.bridge ?? freeName('bridge', (name) => !draft.specs.has(name))
  draft.devices.set(host, [])
  draft.specs.set(host, { forwarding: false, bridges: { br0: { ports: ends.map((end) => end.host) } } })
  for (const end of ends) draft.veths.push([end, addDevice(draft, host, { device: end.host }, { ...link, ends: {} })])
}

function addDevice(draft: Draft, host: string, end: EndSpec, link: LinkSpec): DeviceModel {
  const devices = draft.devices.get(host) ?? []
  const device: DeviceModel = {
    host,
    name: end.device ?? freeName('eth', (name) => devices.every((other) => other.name !== name)),
    mac: end.mac ?? macOf([...draft.devices.keys()].indexOf(host), devices.length),
    mtu: link.mtu,
    addresses: listOf(end.addresses),
    passXdp: end.passXdp ?? !draft.forwards(host),
    neighbors: Object.keys(link.ends).filter((other) => other !== host),
  }
  devices.push(device)
  return device
}

function freeName(stem: string, isFree: (name: string) => boolean): string {
  for (let i = 0; ; i++) if (isFree(`${stem}${i}`)) return `${stem}${i}`
}

/** Locally administered; the host's number from 1, then the device's from 0. */
function macOf(host: number, device: number): string {
  const bytes = [2, 0, 0, (host + 1) >>> 8, (host + 1) & 255, device]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function hostModel(name: string, spec: HostSpec, draft: Draft): HostModel {
  return {
    name,
    devices: draft.devices.get(name) ?? [],
    loopback: listOf(spec.loopback),
    forwarding: draft.forwards(name),
    routes: spec.routes ?? [],
    sysctls: spec.sysctls ?? {},
    cgroup: spec.cgroup,
    bridges: spec.bridges ?? {},
  }
}

function withDefaultRoutes(host: HostModel, hosts: readonly HostModel[], spec: TopologySpec): HostModel {
  return spec.hosts[host.name]?.routes === undefined ? { ...host, routes: defaultRoutes(host, hosts) } : host
}
