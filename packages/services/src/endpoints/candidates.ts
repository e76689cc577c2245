import type { EndpointSlice, Protocol } from '@skep/kube'
import { backendKey } from '../backends/draft.ts'
import type { Candidate, Endpoint } from './endpoint.ts'
import { endpointsOf } from './rows.ts'

/** The port of a service that endpoints are looked for. */
export interface WantedPort {
  /** Name of the service port, which the slices' ports have too. */
  readonly name: string
  readonly protocol: Protocol
}

const known = new WeakMap<EndpointSlice, Map<string, readonly Candidate[]>>()

/** The endpoints that have a port, in the order of the slices. One that stands in several slices counts once. */
export function candidatesOf(slices: readonly EndpointSlice[], wanted: WantedPort): Candidate[] {
  return withoutTwins(slices.flatMap((slice) => candidatesIn(slice, wanted)))
}

/** The same objects as long as the slice is the same. */
function candidatesIn(slice: EndpointSlice, wanted: WantedPort): readonly Candidate[] {
  const ports = known.get(slice) ?? new Map<string, readonly Candidate[]>()
  known.set(slice, ports)
  const key = `${wanted.protocol} ${wanted.name}`
  let candidates = ports.get(key)
  if (!candidates) ports.set(key, (candidates = readCandidates(slice, wanted)))
  return candidates
}

/** Nothing where the slice does not have the port, or has it without a number. */
function readCandidates(slice: EndpointSlice, { name, protocol }: WantedPort): Candidate[] {
  const port = slice.ports.find((one) => one.name === name && one.protocol === protocol)?.port
  return port === undefined ? [] : endpointsOf(slice).map((endpoint) => candidate(endpoint, protocol, port))
}

function candidate(endpoint: Endpoint, protocol: Protocol, port: number): Candidate {
  const { address, nodeName, zone, terminating } = endpoint
  return {
    endpoint,
    port,
    backend: {
      key: backendKey(protocol, address, port),
      address,
      port,
      protocol,
      ...(nodeName !== undefined && { nodeName }),
      ...(zone !== undefined && { zone }),
      state: terminating ? 'terminating' : 'active',
    },
  }
}

/** While an endpoint moves from one slice to another it stands in both: the better news counts. */
function withoutTwins(all: readonly Candidate[]): Candidate[] {
  const places = new Map<string, number>()
  const kept: Candidate[] = []
  for (const one of all) {
    const place = places.get(one.backend.key)
    if (place === undefined) places.set(one.backend.key, kept.push(one) - 1)
    else if (rank(one.endpoint) > rank(kept[place]!.endpoint)) kept[place] = one
  }
  return kept
}

function rank({ ready, serving, terminating }: Endpoint): number {
  return 4 * Number(ready) + 2 * Number(serving) + Number(!terminating)
}
