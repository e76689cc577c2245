import { verdicts, type VerdictName } from '@skep/datapath'
import {
  explainFlow,
  type Flow,
  type FlowExplanation,
  formatEndpoint,
  formatFrontend,
  type Mode,
  readService,
  readSources,
} from '@skep/lb-maps'
import { formatAddress, parseAddress } from '@skep/packet'
import type { Netlink } from 'netlink-ts'
import { parseEndpointPattern } from '../get/endpoint.ts'
import { connections, type ConnectionRow, type ConnectionSource } from '../get/connections.ts'
import { domainsNamed, type Settings } from '@skep/lb-engine'
import { isMartian } from './martian.ts'
import { findWay, type NoWay, type Way } from './route.ts'
import { verdictOf } from './verdict.ts'

type Choice = Pick<FlowExplanation, 'ring' | 'member' | 'move' | 'source'>

/** What would become of a packet, and every decision on its way. */
export interface FlowReport {
  readonly flow: Flow
  /** Which of its two directions the flow is. */
  readonly direction: 'to-service' | 'reply' | 'foreign'
  readonly service: { readonly id: number; readonly frontend: string; readonly name: string | null } | null
  /** Where the ring sends a new connection; `null` where there is nothing to choose. */
  readonly choice: Choice | null
  /** The connection that it belongs to; `null`: it would open one. */
  readonly connection: ConnectionRow | null
  /** `10.1.0.11:8080`: where it goes. */
  readonly destination: string | null
  readonly way: Way | NoWay | null
  readonly verdict: { readonly name: VerdictName; readonly action: string; readonly description: string }
  /** One line a decision. */
  readonly why: readonly string[]
}

/** What a flow is followed through. */
export interface FlowWorld extends ConnectionSource {
  readonly netlink: Netlink
  readonly settings: Settings
  /** The devices that the program is on. */
  readonly devices: readonly string[]
  /** Where the packet comes in; missing: by the device that the way back to its sender leaves by. */
  readonly device?: string
}

/** Follows a packet of a flow through tables, connections and routes, as they are now. Changes nothing. */
export function reportFlow(world: FlowWorld, asked: Flow): FlowReport {
  const flow = { ...asked, client: canonical(asked.client), address: canonical(asked.address) }
  const explained = explainFlow(world.maps, flow)
  const reply = explained.outcome === 'no-service' && isToOwnPort(world, flow)
  const connection = reply ? replyOf(world, flow) : connectionOf(world, flow)
  const destination = reply ? connection?.client : (connection?.backend ?? memberOf(explained))
  const way = destination === undefined ? undefined : wayTo(world, hostOf(destination))
  const from = ingress(world, flow)
  const live = connection !== undefined && connection.state !== 'closed'
  const mode = modeOf(world, explained)
  const chosen = mode === 'dsr-ipip' ? outerSource(world, explained) : explained.source
  const source = connection ? hostOf(connection.source) : chosen
  const name = verdictOf({
    towards: reply ? 'client' : 'backend',
    live: reply ? connection !== undefined : live,
    outcome: reply ? 'member' : explained.outcome,
    mode,
    martian: isMartian(flow.client, flow.address),
    source: source === 'none' || source === '0.0.0.0' || source === '::' ? undefined : source,
    way,
    from,
  })
  return {
    flow,
    direction: reply ? 'reply' : explained.service === undefined ? 'foreign' : 'to-service',
    service: serviceOf(world, flow, explained),
    choice: explained.member ? pick(explained) : null,
    connection: connection ?? null,
    destination: destination ?? null,
    way: way ?? null,
    verdict: { name, ...verdicts[name] },
    why: [
      ...(reply
        ? [`${formatEndpoint(flow.address, flow.port)} is an own address with a NAT port: a backend's reply`]
        : explained.why),
      ...(mode === 'snat' ? aboutConnection(connection, reply) : aboutDsr(mode, explained, way)),
      ...aboutDevice(world, from),
      ...aboutWay(way),
    ],
  }
}

function canonical(address: string): string {
  return formatAddress(parseAddress(address))
}

/** By the routes of the devices that the program is on, which may be a VRF's. */
function wayTo({ netlink, devices }: FlowWorld, destination: string): Way | NoWay {
  return findWay(netlink, destination, domainsNamed(netlink.link.list({ statistics: false }), devices))
}

function isToOwnPort({ maps, config }: FlowWorld, { address, port }: Flow): boolean {
  return port >= config.natPortMin && port <= config.natPortMax && readSources(maps).includes(address)
}

function connectionOf(world: FlowWorld, flow: Flow): ConnectionRow | undefined {
  const client = parseEndpointPattern('SRC', formatEndpoint(flow.client, flow.clientPort))
  return connections(world, { client, service: formatFrontend(flow) }).find(({ frontend }) => frontend !== null)
}

/** A reply names the backend as its sender, and the own address and NAT port as its receiver. */
function replyOf(world: FlowWorld, flow: Flow): ConnectionRow | undefined {
  const backend = parseEndpointPattern('SRC', formatEndpoint(flow.client, flow.clientPort))
  const own = formatEndpoint(flow.address, flow.port)
  return connections(world, { backend }).find(({ source, protocol }) => source === own && protocol === flow.protocol)
}

function serviceOf({ declared }: FlowWorld, flow: Flow, { service }: FlowExplanation): FlowReport['service'] {
  if (service === undefined) return null
  const frontend = formatFrontend(flow)
  return { id: service, frontend, name: declared.service(frontend)?.name ?? null }
}

function memberOf({ member }: FlowExplanation): string | undefined {
  return member && formatEndpoint(member.address, member.port)
}

function pick({ ring, member, move, source }: FlowExplanation): Choice {
  return {
    ...(ring && { ring }),
    ...(member && { member }),
    ...(move && { move }),
    ...(source !== undefined && { source }),
  }
}

function modeOf({ maps }: FlowWorld, { service }: FlowExplanation): Mode {
  return (service === undefined ? undefined : readService(maps, service)?.mode) ?? 'snat'
}

/** Of the packet around it: an address of the prefix, where the program has one for the backend's family. */
function outerSource({ config }: FlowWorld, { member, source }: FlowExplanation): string | undefined {
  const words = member?.address.includes(':') ? config.tunnelSource6 : [config.tunnelSource4]
  if (words.every((word) => word === 0)) return source
  const bytes = new Uint8Array(4 * words.length)
  words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word))
  return formatAddress({ family: words.length === 1 ? 4 : 6, bytes })
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/^\[?(.*?)\]?(:\d+)?$/, '$1')
}

function ingress(world: FlowWorld, flow: Flow): { device: string; forwarding: boolean } | undefined {
  const back = world.device === undefined ? wayTo(world, flow.client) : undefined
  const device = world.device ?? (back && 'device' in back ? back.device : undefined)
  if (device === undefined) return undefined
  const family = flow.client.includes(':') ? 'ipv6' : 'ipv4'
  const read = (key: string) => world.settings.read(`net/${family}/conf/${device}/${key}`)
  const forwarding = read('forwarding') === '1' || read('force_forwarding') === '1' || isForwardedByAll(world, family)
  return { device, forwarding }
}

/** Before Linux 6.17 the setting of all devices decides for IPv6. */
function isForwardedByAll({ settings }: FlowWorld, family: string): boolean {
  return family === 'ipv6' && settings.read('net/ipv6/conf/all/forwarding') === '1'
}

function aboutConnection(connection: ConnectionRow | undefined, reply: boolean): string[] {
  if (connection === undefined)
    return [
      reply
        ? 'no connection has this backend and port: the packet passes untouched'
        : 'no connection of it is known: its first packet opens one',
    ]
  const { state, idleSeconds, backend, client, source } = connection
  const known = `a connection is known: ${state}, idle for ${idleSeconds} s, ${client} to ${backend}, which sees ${source}`
  if (reply) return [known]
  if (state === 'closed') return [`${known}; it has ended, and a new SYN opens another one`]
  return [`${known}; its packets stay with this backend, whatever the ring says`]
}

const carried = {
  'dsr-ipip': 'inside another IP packet, which the backend takes off',
  'dsr-l2': "as it is, by the backend's MAC address alone",
  'dsr-option': "with the backend's address, and the service's in an option",
} as const

function aboutDsr(
  mode: keyof typeof carried,
  { outcome, member }: FlowExplanation,
  way: Way | NoWay | undefined,
): string[] {
  if (outcome !== 'member') return []
  const gateway = way && 'device' in way && way.nextHop !== member?.address ? way.nextHop : undefined
  return [
    `it travels ${carried[mode]}; no connection is noted, and the backend answers the client itself`,
    ...(mode === 'dsr-l2' && gateway !== undefined
      ? [`THE BACKEND IS NOT ON A LINK OF THIS HOST: the packet ends at the router ${gateway}; use ipip or opt`]
      : []),
  ]
}

function aboutDevice({ devices }: FlowWorld, from: { device: string; forwarding: boolean } | undefined): string[] {
  if (from === undefined) return ['there is no way back to its sender, so it is not known where it comes in']
  const seen = devices.includes(from.device)
  return [
    `it comes in by ${from.device}${seen ? '' : ', WHERE NO PROGRAM IS: it is not seen there, and passes untouched'}`,
    ...(from.forwarding ? [] : [`forwarding is off on ${from.device}`]),
  ]
}

function aboutWay(way: Way | NoWay | undefined): string[] {
  if (way === undefined) return []
  if ('reason' in way) return [way.message]
  if (way.local) return ['its route leads to this host itself']
  const hop = way.mac ?? (way.pointToPoint ? 'no neighbour needed' : `not resolved (${way.neighbor ?? 'no entry'})`)
  return [`it leaves by ${way.device} to ${way.nextHop} (${hop}), in packets of up to ${way.mtu} bytes`]
}
