import type { EndpointSlice, Protocol } from '@skep/kube'
import type { Candidate, Endpoint } from './endpoint.ts'
import { endpointsOf } from './rows.ts'

/** The port of a service that endpoints are looked for. */
export interface WantedPort {
  /** Name of the service port, which the slices' ports have too. */
  readonly name: string
  readonly protocol: Protocol
}

/** The endpoints that have a port, in the order of the slices. One that stands in several slices counts once. */
export function candidatesOf(slices: readonly EndpointSlice[], wanted: WantedPort): Candidate[] {
  return withoutTwins(slices.flatMap((slice) => candidatesIn(slice, wanted)))
}

/** Nothing where the slice does not have the port, or has it without a number. */
function candidatesIn(slice: EndpointSlice, { name, protocol }: WantedPort): Candidate[] {
  const port = slice.ports.find((one) => one.name === name && one.protocol === protocol)?.port
  return port === undefined ? [] : endpointsOf(slice).map((endpoint) => ({ endpoint, port }))
}

/** While an endpoint moves from one slice to another it stands in both: the better news counts. */
function withoutTwins(all: Candidate[]): Candidate[] {
  const places = new Map<string, number>()
  const kept: Candidate[] = []
  for (const candidate of all) {
    const key = `${candidate.endpoint.address} ${candidate.port}`
    const place = places.get(key)
    if (place === undefined) places.set(key, kept.push(candidate) - 1)
    else if (rank(candidate.endpoint) > rank(kept[place]!.endpoint)) kept[place] = candidate
  }
  return kept
}

function rank({ ready, serving, terminating }: Endpoint): number {
  return 4 * Number(ready) + 2 * Number(serving) + Number(!terminating)
}
