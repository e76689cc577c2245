import type { LinkFacts, RouteSummary } from '../snapshot/types.ts'
import { routeWords } from './route-words.ts'
import type { LeftOutRule } from './types.ts'

/** What a rule may know beside the device itself. */
export interface RuleContext {
  readonly routes: readonly RouteSummary[]
  readonly master: LinkFacts | undefined
  readonly layer3: boolean
}

/** Says why a device is left out; `undefined`: not by this rule. */
type Rule = (link: LinkFacts, context: RuleContext) => string | undefined

/** Names that Cilium, other CNIs and container runtimes give to devices of pods. */
const prefixes = ['cilium_', 'lo', 'lxc', 'cni', 'docker'] as const

const bridges: Readonly<Record<string, string>> = { bridge: 'a bridge', openvswitch: 'an Open vSwitch bridge' }

/** Not among the rules of 1.11, which has no word for them: nothing comes in by them from another host. */
const virtual: ReadonlySet<string> = new Set(['dummy', 'ifb', 'nlmon', 'vrf', 'vcan', 'netdevsim'])

/** Pairs whose other end is a pod's, as a rule. */
const pairs: ReadonlySet<string> = new Set(['veth', 'netkit'])

/**
 * The rules by which `auto` leaves devices out: those of Cilium 1.11, the first that applies decides. What a device is
 * comes before what routes it has, so that the reason stays the same while routes come and go.
 */
export const leftOut: readonly (readonly [LeftOutRule, Rule])[] = [
  ['prefix', ({ name }) => prefixWords(prefixes.find((prefix) => name.startsWith(prefix)))],
  ['loopback', ({ flags }) => (flags.includes('LOOPBACK') ? 'it is a loopback device' : undefined)],
  ['port', (_, { master }) => portWords(master)],
  ['slave', ({ flags }) => (flags.includes('SLAVE') ? 'it works under another device (its flag SLAVE)' : undefined)],
  ['bridge', ({ kind = '' }) => (bridges[kind] ? `it is ${bridges[kind]}` : undefined)],
  ['virtual', ({ kind = '' }) => (virtual.has(kind) ? `nothing comes in by ${kind} devices from outside` : undefined)],
  ['no-ethernet', frameWords],
  ['no-route', (_, { routes }) => (routes.length === 0 ? 'no global unicast route leads out of it' : undefined)],
  ['veth', pairWords],
]

function prefixWords(prefix: string | undefined): string | undefined {
  return prefix && `its name begins with "${prefix}"`
}

/** A VRF's devices are uplinks like others. */
function portWords(master: LinkFacts | undefined): string | undefined {
  if (master === undefined || master.kind === 'vrf') return undefined
  const role = master.kind === 'bond' || master.kind === 'team' ? 'a member' : 'a port'
  return `it is ${role} of ${master.kind ?? 'device'} ${master.name}`
}

function frameWords({ type }: LinkFacts, { layer3 }: RuleContext): string | undefined {
  if (layer3 || type === 'ether') return undefined
  return `its packets have no Ethernet header (link type ${type})`
}

function pairWords({ kind = '' }: LinkFacts, { routes }: RuleContext): string | undefined {
  if (!pairs.has(kind) || routes.some((route) => route.default)) return undefined
  return `a ${kind} counts only with a default route, and it has ${routeWords(routes)}`
}
