import { readFileSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { type Host, httpServer, type LinkSpec, type Net, tcpEcho, topology, udpEcho } from '@skep/testbed'
import type { BondMode } from 'netlink-ts'

type BondedMode = Extract<BondMode, 'balance-rr' | 'active-backup' | 'balance-xor' | '802.3ad'>

/** A bond of the load balancer's host, with clients and a server behind it. */
export interface Bond {
  readonly name: string
  readonly mode: BondedMode
  /** It has the MAC address of the member in use, so another one when that fails. */
  readonly ownMacs: boolean
  /** Its members; their other ends at the switch are called the same. */
  readonly members: readonly [string, string]
  /** Clients and server are on VLANs of it, each on its own. Otherwise they share an untagged segment. */
  readonly tagged: boolean
  readonly vips: { readonly v4: string; readonly v6: string }
}

/** VLANs of a bond that carries tagged frames. */
export const vlans = { clients: 100, servers: 200 } as const

const kinds: readonly (Pick<Bond, 'mode'> & Partial<Bond>)[] = [
  { mode: 'balance-rr' },
  { mode: 'active-backup' },
  { mode: 'balance-xor' },
  { mode: '802.3ad' },
  { mode: 'active-backup', ownMacs: true },
  { mode: '802.3ad', tagged: true },
]

/** One of each mode that takes XDP; the last carries tagged frames. */
export const bonds: readonly Bond[] = kinds.map(({ mode, ownMacs = false, tagged = false }, i) => ({
  name: `bond${i}`,
  mode,
  ownMacs,
  members: [`m${i}a`, `m${i}b`],
  tagged,
  vips: { v4: `192.0.2.1${i}`, v6: `2001:db8:ff::1${i}` },
}))

/** How often a bond looks at its members' carrier. */
const LOOK_MS = 20

type HostName = 'client' | 'lb' | 'switch' | 'server'

/** client, server – switch = lb: a wire to client and server and two to the load balancer for each bond, which has bonds on both ends. */
export interface BondNetwork extends AsyncDisposable {
  readonly net: Net<HostName>
}

export async function bondNetwork(): Promise<BondNetwork> {
  await using stack = new AsyncDisposableStack()
  const alone = { forwarding: false }
  const net: Net<HostName> = stack.use(
    await topology({ hosts: { client: alone, lb: alone, switch: alone, server: alone }, links: bonds.flatMap(wires) }),
  )
  for (const [i, bond] of bonds.entries()) {
    joinSwitch(net.switch, bond, i)
    aggregate(net.lb, bond)
    addressOf(net.lb, bond, i)
    net.client.netlink.route.add({ destination: `${bond.vips.v4}/32`, via: `10.${i}.0.1` })
    net.client.netlink.route.add({ destination: `${bond.vips.v6}/128`, via: `2001:db8:${i}::1` })
  }
  stack.use(await httpServer(net.server, { port: 8080 }))
  stack.use(await tcpEcho(net.server))
  stack.use(await udpEcho(net.server, { port: 53 }))
  for (const bond of bonds) await untilCarrying(net.lb, bond)
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** `web`, `echo` and, over UDP, `dns` at each bond's service addresses. `devices`: as in `spec.devices`. */
export function bondConfig(devices: string, more = ''): string {
  const services = bonds.flatMap(({ vips, tagged }, i) => {
    const servers = [`10.${i}.${Number(tagged)}.11`, `2001:db8:${i}:${Number(tagged)}::11`]
    return [
      ['web', 80, 8080, 'TCP'],
      ['echo', 7, 7, 'TCP'],
      ['dns', 53, 53, 'UDP'],
    ].map(([name, port, to, protocol]) => {
      const frontends = Object.values(vips).map((one) => `{ address: "${one}", port: ${port}, protocol: ${protocol} }`)
      const backends = servers.map((one) => `{ address: "${one}", port: ${to} }`)
      return `    - name: ${name}-${i}\n      frontends: [${frontends.join(', ')}]\n      backends: [${backends.join(', ')}]`
    })
  })
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: ${devices}
  ${more}
  services:
${services.join('\n')}
`
}

/** Resolves when a bond carries traffic by all of its members. Nobody tells when LACP has agreed, so that is looked at. */
export async function untilCarrying(host: Host, bond: Bond): Promise<void> {
  for await (const _ of setInterval(50)) if (isCarrying(host, bond)) return
}

/** Takes the wire away from a member: what its end at the load balancer sees is a link that is down. */
export function cut({ netlink }: Host, member: string): void {
  netlink.link.set({ name: member, up: false })
}

export function mend({ netlink }: Host, member: string): void {
  netlink.link.set({ name: member, up: true })
}

/** A member leaves its bond. */
export function leave({ netlink }: Host, member: string): void {
  netlink.link.set({ name: member, master: null })
}

/** A device joins a bond, which takes only what is down, and sets it up. */
export function join({ netlink }: Host, bond: string, member: string): void {
  netlink.link.set({ name: member, up: false })
  netlink.link.set({ name: member, master: bond })
}

function isCarrying(host: Host, { name, mode, members }: Bond): boolean {
  const { link } = host.netlink
  const carries = (member: string): boolean => {
    const { master, carrier } = link.get({ name: member }) ?? {}
    return master !== undefined && carrier === true
  }
  const isUp = link.get({ name })?.operState === 'UP' && members.every(carries)
  return isUp && (mode !== '802.3ad' || isAgreed(host, name))
}

/** LACP: the bond has found its partner, so that both of its ports are in one aggregate. */
function isAgreed(host: Host, name: string): boolean {
  const text = host.run(() => readFileSync(`/proc/thread-self/net/bonding/${name}`, 'utf8'))
  return /Number of ports: 2/.test(text) && !/Partner Mac Address: 00:00:00:00:00:00/.test(text)
}

function wires({ members, tagged }: Bond, i: number): LinkSpec<HostName>[] {
  const third = Number(tagged)
  const plain = (device: string) => ({ device, passXdp: false })
  return [
    ...members.map((device) => ({ ends: { lb: plain(device), switch: { device, passXdp: true } } })),
    {
      ends: {
        client: { device: `c${i}`, addresses: [`10.${i}.0.2/24`, `2001:db8:${i}::2/64`] },
        switch: plain(`c${i}`),
      },
    },
    {
      ends: {
        server: { device: `s${i}`, addresses: [`10.${i}.${third}.11/24`, `2001:db8:${i}:${third}::11/64`] },
        switch: plain(`s${i}`),
      },
    },
  ]
}

function aggregate(host: Host, { name, mode, ownMacs, members }: Bond): void {
  const { link } = host.netlink
  const hashed = mode === 'balance-xor' || mode === '802.3ad'
  link.add({
    kind: 'bond',
    name,
    mode,
    miimonMs: LOOK_MS,
    ...(hashed ? { xmitHashPolicy: 'layer3+4' as const } : {}),
    ...(ownMacs ? { failOverMac: 'active' as const } : {}),
    ...(mode === '802.3ad' ? { lacpRate: 'fast' as const } : {}),
  })
  for (const member of members) join(host, name, member)
  link.set({ name, up: true })
}

/** Segments are bridges. A switch knows nothing of active-backup. */
function joinSwitch(host: Host, bond: Bond, i: number): void {
  const { link } = host.netlink
  const alone = bond.mode === 'active-backup'
  if (!alone) aggregate(host, bond)
  const trunk = alone ? bond.members : [bond.name]
  const segments = bond.tagged
    ? [
        { name: `clients${i}`, id: vlans.clients, port: `c${i}` },
        { name: `servers${i}`, id: vlans.servers, port: `s${i}` },
      ]
    : [
        { name: `segment${i}`, id: undefined, port: `c${i}` },
        { name: `segment${i}`, id: undefined, port: `s${i}` },
      ]
  for (const { name, id, port } of segments) {
    if (link.get({ name }) === undefined) {
      link.add({ kind: 'bridge', name, stp: false, multicastSnooping: false, up: true })
      for (const device of trunk) link.set({ name: id === undefined ? device : vlan(host, device, id), master: name })
    }
    link.set({ name: port, master: name })
  }
}

/** Makes the VLAN device above another. */
function vlan({ netlink: { link } }: Host, device: string, id: number): string {
  const name = `${device}.${id}`
  link.add({ kind: 'vlan', name, link: device, id, up: true })
  return name
}

/** Deletes the VLAN devices above a bond and makes them again, addresses and all, as one who sets the network up anew. */
export function remakeVlans(host: Host, bond: Bond): void {
  for (const id of Object.values(vlans)) host.netlink.link.delete({ name: `${bond.name}.${id}` })
  addressOf(host, bond, bonds.indexOf(bond))
}

function addressOf(host: Host, { name, tagged }: Bond, i: number): void {
  const add = (device: string, third: number): void => {
    host.netlink.address.add({ device, address: `10.${i}.${third}.1/24` })
    const address = third === 0 ? `2001:db8:${i}::1/64` : `2001:db8:${i}:${third}::1/64`
    host.netlink.address.add({ device, address, flags: ['nodad'] })
  }
  add(tagged ? vlan(host, name, vlans.clients) : name, 0)
  if (tagged) add(vlan(host, name, vlans.servers), 1)
}
