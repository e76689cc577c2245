import { openInstance } from '@skep/lb-engine'
import { type LbMaps, type Mode, readMembers, readServices, type RingMember, type ServiceRecord } from '@skep/lb-maps'
import { formatAddressPort, type Frontend } from '@skep/services'
import type { Agent } from '../agent.ts'
import type { OpenedOutside } from './open.ts'
import { whyNotFromOutside } from './why-not.ts'

interface Parts {
  readonly agent: Pick<Agent, 'table'>
  readonly opened: OpenedOutside
}

type Place = Pick<Frontend, 'address' | 'port'>

const numbers = { TCP: 6, UDP: 17 } as const

/** What becomes of a packet from outside that is for this address and port, and why: as lines. */
export function explainOutside(parts: Parts, place: Place): string[] {
  const { opened, agent } = parts
  if (opened.settings === undefined)
    return ['from outside: left alone, kube-proxy-replacement is not strict and devices names none']
  const protocols = ['TCP', 'UDP'] as const
  using instance = opened.outside && openInstance(opened.settings.paths)
  const lines = protocols.flatMap((protocol) => {
    const destination = { ...place, protocol }
    const why = whyNotFromOutside(opened)(destination)
    if (why !== undefined) return [`${protocol}, from outside: not served: ${why}`, ...insideOnly(agent, destination)]
    const service = instance && findService(instance.maps, destination)
    if (!instance || !service) return [`${protocol}, from outside: not served: it is not in the tables yet`]
    const frontend = frontendsAt(agent, destination).find(({ scope }) => scope === 'external')
    return [
      `${protocol}, from outside: ${forwarding[service.mode]}, ${service.algorithm}${frontend ? `, ${frontend.service} (${frontend.kind})` : ''}`,
      ...rangesOf(frontend),
      ...membersOf(instance.maps, service),
    ]
  })
  return [...lines, ...devicesOf(opened)]
}

const forwarding: Readonly<Record<Mode, string>> = {
  snat: 'translated (snat)',
  'dsr-option': 'backends answer by themselves (dsr, by an IP option)',
  'dsr-ipip': 'backends answer by themselves (dsr, in a tunnel)',
  'dsr-l2': 'backends answer by themselves (dsr, by the MAC)',
}

/** The table's frontends there; a NodePort is at any address of the node. */
function frontendsAt(
  { table }: Parts['agent'],
  { address, port, protocol }: Place & Pick<Frontend, 'protocol'>,
): Frontend[] {
  const any = address.includes(':') ? '::' : '0.0.0.0'
  const all = [...table.frontends()].filter((one) => one.port === port && one.protocol === protocol)
  const exact = all.filter((one) => one.address === address)
  return exact.length > 0 ? exact : all.filter((one) => one.address === any)
}

function insideOnly(agent: Parts['agent'], destination: Place & Pick<Frontend, 'protocol'>): string[] {
  const found = frontendsAt(agent, destination)
  if (found.length === 0 || found.some(({ scope }) => scope === 'external')) return []
  const [{ service, kind }] = found as [Frontend]
  const hint = kind === 'ClusterIP' ? '; bpf-lb-external-clusterip=true serves it from outside, too' : ''
  return [`  it is the ${kind} of ${service}, for processes and pods of this node${hint}`]
}

function findService(
  maps: LbMaps,
  { address, port, protocol }: Place & { readonly protocol: keyof typeof numbers },
): ServiceRecord | undefined {
  for (const one of readServices(maps))
    if (one.address === address && one.port === port && one.protocol === numbers[protocol]) return one
  return undefined
}

function rangesOf(frontend: Frontend | undefined): string[] {
  const { allow, deny } = frontend?.sourceRanges ?? {}
  return [
    ...(allow ? [`  clients of ${allow.join(', ') || 'no range'} alone`] : []),
    ...(deny ? [`  no clients of ${deny.join(', ')}`] : []),
  ]
}

function membersOf(maps: LbMaps, service: ServiceRecord): string[] {
  const members = readMembers(maps, service.id)
  if (members.length === 0) return ['  no backend: its packets are dropped']
  return members.map((member) => `  ${memberLine(member, service)}`)
}

function memberLine(
  { address, port, slots, source, draining }: RingMember,
  { mode, slots: all }: ServiceRecord,
): string {
  const sees = mode !== 'snat' || source === address ? 'the client' : (source ?? 'nobody: no own address leads there')
  const place = mode === 'snat' && source === address ? ', which is this node,' : ''
  return `${formatAddressPort(address, port)}${place} with ${slots} of ${all} slots, sees ${sees}${draining ? '; it drains' : ''}`
}

function devicesOf({ outside }: OpenedOutside): string[] {
  return (outside?.devices ?? []).map(({ name, mode, attached, reason }) => {
    const why = [outside!.whyChosen(name), ...(reason === undefined ? [] : [reason])].filter((one) => one !== '')
    return `device ${name}: ${attached ? mode : 'not served'}${why.length > 0 ? `: ${why.join('; ')}` : ''}`
  })
}
