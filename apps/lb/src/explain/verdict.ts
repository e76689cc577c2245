import type { VerdictName } from '@skep/datapath'
import { type FlowExplanation, type Mode, modes } from '@skep/lb-maps'
import type { NoWay, Way } from './route.ts'

/** What is known of a packet when its fate is told. */
export interface Fate {
  readonly towards: 'backend' | 'client'
  /** Its connection is known; then no choice is made. */
  readonly live: boolean
  /** What the tables say of a new connection. */
  readonly outcome: FlowExplanation['outcome']
  readonly martian: boolean
  /** How it reaches its backend. */
  readonly mode: Mode
  /** The own address that it leaves with, or that the packet around it has. */
  readonly source: string | undefined
  /** How it leaves; missing where it does not get that far. */
  readonly way: Way | NoWay | undefined
  /** The device that it comes in by, and whether that forwards. */
  readonly from: { readonly device: string; readonly forwarding: boolean } | undefined
}

const refusedByTables: Readonly<Partial<Record<FlowExplanation['outcome'], VerdictName>>> = {
  'no-service': 'PASS_FOREIGN',
  'rate-limit': 'DROP_RATE_LIMIT',
  'no-backend': 'DROP_NO_BACKEND',
  'no-member': 'DROP_NO_MEMBER',
}

const refusedByRoute: Readonly<Record<NoWay['reason'], VerdictName>> = {
  none: 'DROP_NOT_FORWARDED',
  blackhole: 'DROP_BLACKHOLE',
  unreachable: 'DROP_UNREACHABLE',
  prohibit: 'DROP_PROHIBIT',
}

/** The outcome that a whole packet of the flow would get, in the order in which the datapath asks (bpf/lb_xdp.bpf.c). */
export function verdictOf({ towards, live, outcome, martian, mode, source, way, from }: Fate): VerdictName {
  if (outcome === 'source-range') return 'DROP_SOURCE_RANGE'
  const refused = refusedByTables[outcome]
  if (!live && refused !== undefined) return refused
  if (!live && towards === 'client') return 'PASS_NO_CONNECTION'
  if (!live && martian) return 'DROP_MARTIAN'
  if (source === undefined && modes[mode].source !== 'never') return 'DROP_NO_SOURCE'
  if (from?.forwarding === false) return 'DROP_FORWARDING_DISABLED'
  if (way === undefined) return 'DROP_NOT_FORWARDED'
  if ('reason' in way) return refusedByRoute[way.reason]
  if (way.local) return 'DROP_NOT_FORWARDED'
  if (way.mac === null && !way.pointToPoint) return isLikeItself(mode) ? 'DROP_NO_NEIGHBOUR' : 'STACK_NO_NEIGHBOUR'
  const leaves = way.device === from?.device ? 'TX' : 'REDIRECT'
  return `${leaves}_TO_${towards === 'client' ? 'CLIENT' : 'BACKEND'}`
}

/** The kernel would send it to the service, and so it cannot help. */
function isLikeItself(mode: Mode): boolean {
  return mode === 'dsr-l2'
}
