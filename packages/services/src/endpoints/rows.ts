import type { Endpoint as SliceEndpoint, EndpointSlice } from '@skep/kube'
import { formatAddress, tryParseAddress } from '@skep/packet'
import { readWeight } from '../settings/weight.ts'
import type { Endpoint } from './endpoint.ts'

const none: readonly string[] = Object.freeze([])
const known = new WeakMap<EndpointSlice, readonly Endpoint[]>()

/** The endpoints of a slice. The same slice is read once. */
export function endpointsOf(slice: EndpointSlice): readonly Endpoint[] {
  const before = known.get(slice)
  if (before) return before
  const { weight } = readWeight(slice)
  const rows = slice.endpoints.flatMap((endpoint) => rowOf(endpoint, weight))
  known.set(slice, rows)
  return rows
}

/** An endpoint's addresses stand for one another: the first is used. */
function rowOf(endpoint: SliceEndpoint, weight: number): Endpoint[] {
  const { addresses, conditions, nodeName, zone, hints, targetRef } = endpoint
  if (addresses[0] === undefined) return []
  const isPod = targetRef?.kind === 'Pod'
  return [
    {
      address: canonical(addresses[0]),
      ...(nodeName !== undefined && { nodeName }),
      ...(zone !== undefined && { zone }),
      ready: conditions.ready,
      serving: conditions.serving,
      terminating: conditions.terminating,
      forNodes: hints === undefined ? none : hints.forNodes.map(({ name }) => name),
      forZones: hints === undefined ? none : hints.forZones.map(({ name }) => name),
      weight,
      ...(isPod && { pod: `${targetRef.namespace}/${targetRef.name}`, podUid: targetRef.uid }),
    },
  ]
}

function canonical(text: string): string {
  const address = text.includes(':') ? tryParseAddress(text) : undefined
  return address ? formatAddress(address) : text
}
