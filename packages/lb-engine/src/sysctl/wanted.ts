import type { PortRange } from '../model/settings.ts'
import type { Settings } from './proc.ts'

/** A kernel setting that the datapath needs: a value, or ports that must be reserved. */
export interface Wanted {
  readonly key: string
  readonly want: string | PortRange
  readonly why: string
}

/** What the settings follow from. */
export interface Needs {
  readonly devices: readonly string[]
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly portRange: PortRange
  /** Some route has several ways. */
  readonly multipath?: boolean
}

/** The settings that the datapath needs on this machine, in the order in which they are to be made. */
export function wantedSettings(needs: Needs, settings: Settings): Wanted[] {
  return [
    { key: 'net/ipv4/ip_local_reserved_ports', want: needs.portRange, why: 'local sockets must not take NAT ports' },
    ...(needs.ipv4 && needs.multipath ? [avoidFailed] : []),
    ...(needs.ipv4 ? needs.devices.flatMap((device) => ipv4(device, settings)) : []),
    ...(needs.ipv6 ? ipv6(needs.devices, settings) : []),
  ]
}

const avoidFailed: Wanted = {
  key: 'net/ipv4/fib_multipath_use_neigh',
  want: '1',
  why: 'of several next hops of a route, those that do not answer are avoided',
}

function ipv4(device: string, settings: Settings): Wanted[] {
  const key = (name: string) => `net/ipv4/conf/${device}/${name}`
  const all = settings.read('net/ipv4/conf/all/rp_filter') ?? '0'
  return [
    { key: key('forwarding'), want: '1', why: 'the route lookup and the kernel forward only where it is on' },
    { key: key('accept_local'), want: '1', why: 'translated packets carry an own address as source' },
    // The kernel takes the larger of `all` and the device's own; 2 asks only that the source has some route.
    {
      key: key('rp_filter'),
      want: all === '0' ? '0' : '2',
      why: 'translated packets come in where their source is not routed',
    },
  ]
}

function ipv6(devices: readonly string[], settings: Settings): Wanted[] {
  const key = (device: string, name: string) => `net/ipv6/conf/${device}/${name}`
  const forwarding = (device: string, why: string): Wanted => ({ key: key(device, 'forwarding'), want: '1', why })
  const router = (device: string): Wanted[] =>
    // 2 may be our own doing: it stays wanted.
    /^[12]$/.test(settings.read(key(device, 'accept_ra')) ?? '')
      ? [{ key: key(device, 'accept_ra'), want: '2', why: 'a forwarding device would ignore router advertisements' }]
      : []
  const own = devices.flatMap((device) => [
    ...router(device),
    forwarding(device, 'the route lookup works only where it is on'),
  ])
  if (devices.every((device) => settings.read(key(device, 'force_forwarding')) !== undefined)) {
    const why = 'the kernel forwards on this device (Linux 6.17)'
    return [...own, ...devices.map((device) => ({ key: key(device, 'force_forwarding'), want: '1', why }))]
  }
  return [...own, ...everywhere(devices, settings, router, forwarding)]
}

/** Before Linux 6.17 the kernel forwards IPv6 everywhere or nowhere, and switching `all` overwrites every device's own. */
function everywhere(
  devices: readonly string[],
  settings: Settings,
  router: (device: string) => Wanted[],
  forwarding: (device: string, why: string) => Wanted,
): Wanted[] {
  const others = settings.list('net/ipv6/conf').filter((device) => device !== 'all' && !devices.includes(device))
  return [
    ...others
      .toSorted()
      .flatMap((device) => [...router(device), forwarding(device, 'follows net.ipv6.conf.all.forwarding')]),
    forwarding('all', 'the kernel forwards IPv6 on all devices or on none (before Linux 6.17)'),
  ]
}
