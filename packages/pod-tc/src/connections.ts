import { type PodFlow, PodFlowKind, type PodFlowKey, PodSeen, type PodTc } from '@skep/datapath/pod-tc'
import { addressOf } from './words.ts'

/** A connection of a pod that is translated at its device. Addresses as `address:port`, IPv6 in brackets. */
export interface Connection {
  /** The pod's device, by its index. */
  readonly device: number
  readonly protocol: 'TCP' | 'UDP'
  readonly pod: string
  readonly service: string
  readonly backend: string
  /** Whom the backend sees: the pod itself, by another port, or by the loopback address. */
  readonly as: string
  readonly state: 'opening' | 'established' | 'closing' | 'closed'
}

const IPV6 = 10
const TCP = 6

/** Those that are in the maps now, also such whose time is over. */
export function* connectionsIn({ podFlows }: PodTc['maps']): Generator<Connection> {
  for (const batch of podFlows.getBatch())
    for (const [key, flow] of batch) if (!(flow.kind & PodFlowKind.POD_ANSWERS)) yield connection(key, flow)
}

function connection(key: PodFlowKey, flow: PodFlow): Connection {
  const at = (words: readonly number[], port: number): string => {
    const address = addressOf(words, key.family === IPV6)
    return `${key.family === IPV6 ? `[${address}]` : address}:${port}`
  }
  return {
    device: key.device,
    protocol: key.protocol === TCP ? 'TCP' : 'UDP',
    pod: at(key.source, key.sourcePort),
    service: at(key.destination, key.destinationPort),
    backend: at(flow.destination, flow.destinationPort),
    as: at(flow.source, flow.sourcePort),
    state: stateOf(flow.seen),
  }
}

const BOTH_FIN = PodSeen.POD_SEEN_POD_FIN | PodSeen.POD_SEEN_BACKEND_FIN

function stateOf(seen: number): Connection['state'] {
  if (seen & PodSeen.POD_SEEN_RST || (seen & BOTH_FIN) === BOTH_FIN) return 'closed'
  if (seen & BOTH_FIN) return 'closing'
  return seen & PodSeen.POD_SEEN_ANSWER ? 'established' : 'opening'
}
