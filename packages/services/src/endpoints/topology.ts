import type { Candidate } from './endpoint.ts'

/** Label of nodes that says their zone. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone'

/** Whether topology hints narrow a service's endpoints on this node. */
export interface Topology {
  readonly mode: 'all' | 'zone' | 'node'
  /** The zone or the node. */
  readonly by?: string
  /** Why hints, or those for nodes, do not count; nothing where nobody asked for any and there are none. */
  readonly ignored?: string
}

/** What a service and the node say about hints. */
export interface TopologyQuestion {
  readonly nodeName: string
  /** Label `topology.kubernetes.io/zone` of the node. */
  readonly zone: string | undefined
  /** What asks for hints, like `trafficDistribution PreferSameZone`; `undefined` where nothing does. */
  readonly asked: string | undefined
  /** Why hints must not be looked at. */
  readonly off: string | undefined
}

/**
 * Decides by the hints of the ready endpoints, with the safeguards of KEP-2433 and KEP-3015: nodes before zones; all must
 * have hints, and one at least must be for here. Else all endpoints are used.
 */
export function topologyOf(ready: readonly Candidate[], question: TopologyQuestion): Topology {
  const hints = count(ready, question)
  const isHinted = hints.withNodes > 0 || hints.withZones > 0
  if (question.off !== undefined) return all(isHinted || question.asked !== undefined ? question.off : undefined)
  if (!isHinted) return all(unanswered(ready, question))
  if (hints.withNodes === ready.length && hints.forNode > 0) return { mode: 'node', by: question.nodeName }
  const noNode = hints.withNodes > 0 ? nodeTrouble(ready, question, hints) : undefined
  const noZone = zoneTrouble(ready, question, hints)
  if (noZone === undefined)
    return { mode: 'zone', by: question.zone!, ...(noNode === undefined ? {} : { ignored: noNode }) }
  return all(hints.withZones > 0 ? noZone : noNode)
}

/** Does the endpoint fit what was decided? One that is terminating has no hints: its own place counts. */
export function fitsTopology({ endpoint }: Candidate, { mode, by }: Topology): boolean {
  if (mode === 'all') return true
  const [hints, own] = mode === 'node' ? [endpoint.forNodes, endpoint.nodeName] : [endpoint.forZones, endpoint.zone]
  return hints.includes(by!) || (endpoint.terminating && hints.length === 0 && own === by)
}

interface HintCounts {
  readonly withNodes: number
  readonly forNode: number
  readonly withZones: number
  readonly forZone: number
}

function count(ready: readonly Candidate[], { nodeName, zone }: TopologyQuestion): HintCounts {
  let [withNodes, forNode, withZones, forZone] = [0, 0, 0, 0]
  for (const { endpoint } of ready) {
    if (endpoint.forNodes.length > 0) withNodes++
    if (endpoint.forNodes.includes(nodeName)) forNode++
    if (endpoint.forZones.length > 0) withZones++
    if (zone !== undefined && endpoint.forZones.includes(zone)) forZone++
  }
  return { withNodes, forNode, withZones, forZone }
}

function all(ignored: string | undefined): Topology {
  return { mode: 'all', ...(ignored === undefined ? {} : { ignored }) }
}

function unanswered(ready: readonly Candidate[], { asked }: TopologyQuestion): string | undefined {
  return asked === undefined || ready.length === 0 ? undefined : `${asked} asks for hints, but no endpoint has any`
}

function nodeTrouble(ready: readonly Candidate[], { nodeName }: TopologyQuestion, hints: HintCounts): string {
  if (hints.withNodes === ready.length) return `no endpoint is hinted for node ${nodeName}`
  return `endpoint ${ready.find(({ endpoint }) => endpoint.forNodes.length === 0)!.endpoint.address} has no node hint`
}

function zoneTrouble(
  ready: readonly Candidate[],
  { nodeName, zone }: TopologyQuestion,
  hints: HintCounts,
): string | undefined {
  const without = ready.find(({ endpoint }) => endpoint.forZones.length === 0)
  if (without) return `endpoint ${without.endpoint.address} has no zone hint`
  if (zone === undefined) return `node ${nodeName} has no label ${ZONE_LABEL}`
  return hints.forZone > 0 ? undefined : `no endpoint is hinted for zone ${zone}`
}
