import type { EndpointSlice } from '@skep/kube'
import * as fc from 'fast-check'
import type { Source } from '../table/inputs.ts'
import { type EndpointSpec, namespace, node, pod, service, slice } from './build.ts'

/** A change of the cluster. */
export interface Happening {
  readonly object: Source
  readonly isDeleted: boolean
}

const name = fc.constantFrom('a', 'b', 'c')
const isOf = fc.constantFrom<NonNullable<EndpointSpec['is']>[]>(
  'ready',
  'unready',
  'terminating',
  'gone-soon',
  'published',
)
const policy = fc.constantFrom('Cluster', 'Local')
const zones = fc.constantFrom(undefined, ['a'], ['b'], ['a', 'b'])
const created = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')

const annotations = fc.record(
  {
    'service.skep.dev/drain-timeout': fc.constantFrom('2s', '5s', 'soon'),
    'service.skep.dev/accept-while-draining': fc.constantFrom('true', 'false'),
    'service.kubernetes.io/topology-mode': fc.constantFrom('Auto', 'disabled'),
    'service.cilium.io/type': fc.constantFrom('LoadBalancer', 'ClusterIP'),
    'service.cilium.io/node-selector': fc.constantFrom('zone=a', 'zone in ('),
  },
  { requiredKeys: [] },
)

/** Services that share addresses, so that there are conflicts. */
const anyService: fc.Arbitrary<Source> = fc
  .record({
    name,
    created,
    annotations,
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    nodePort: fc.constantFrom(30080, 30081),
    externalIPs: fc.subarray(['198.51.100.1', '198.51.100.2', '10.96.0.1']),
    ingress: fc.subarray(['192.0.2.1', '192.0.2.2']),
    externalTrafficPolicy: policy,
    internalTrafficPolicy: policy,
    healthCheckNodePort: fc.constantFrom(31000, 31001),
  })
  .map(({ name: own, created: at, annotations: notes, type, nodePort, ingress, ...spec }) =>
    service(
      own,
      {
        ...spec,
        type,
        clusterIPs: [`10.96.0.${own.charCodeAt(0) - 96}`],
        ports: [{ name: 'http', port: 80, ...(type === 'ClusterIP' ? {} : { nodePort }) }],
      },
      { created: at, annotations: notes, status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } } },
    ),
  )

const endpoint: fc.Arbitrary<EndpointSpec> = fc
  .record({
    number: fc.integer({ min: 1, max: 4 }),
    is: isOf,
    node: fc.constantFrom('n1', 'n2'),
    forZones: zones,
    hasPod: fc.boolean(),
  })
  .map(({ number, is, node: at, forZones, hasPod }) => ({
    address: `10.0.0.${number}`,
    is,
    node: at,
    ...(forZones && { forZones }),
    ...(hasPod && { pod: `p${number}` }),
  }))

const anySlice: fc.Arbitrary<EndpointSlice> = fc
  .record({ owner: name, number: fc.constantFrom(1, 2), endpoints: fc.array(endpoint, { maxLength: 4 }) })
  .map(({ owner, number, endpoints }) => slice(owner, endpoints, { name: `s-${number}-${owner}` }))

/** A slice that goes from one service to another. */
const wanderer: fc.Arbitrary<EndpointSlice> = fc
  .record({ owner: name, endpoints: fc.array(endpoint, { maxLength: 2 }) })
  .map(({ owner, endpoints }) => slice(owner, endpoints, { name: 'wanderer' }))

const anyPod: fc.Arbitrary<Source> = fc
  .record({
    number: fc.integer({ min: 1, max: 4 }),
    phase: fc.constantFrom('Running', 'Succeeded', 'Failed'),
    hostPort: fc.constantFrom(undefined, 30080, 8080),
  })
  .map(({ number, phase, hostPort }) =>
    pod(`p${number}`, {
      ips: [`10.0.0.${number}`],
      phase,
      ports: hostPort === undefined ? [] : [{ hostPort, containerPort: 8080 }],
    }),
  )

const anyNode: fc.Arbitrary<Source> = fc
  .record({ own: fc.constantFrom('n1', 'n2'), zone: fc.constantFrom(undefined, 'a', 'b') })
  .map(({ own, zone }) => node(own, zone === undefined ? {} : { zone, labels: { zone } }))

const anyNamespace: fc.Arbitrary<Source> = fc
  .constantFrom({}, { 'service.skep.dev/drain-timeout': '3s' })
  .map((notes) => namespace('default', notes))

/** Whatever may happen to a small cluster, seen from node `n1`. */
export const happening: fc.Arbitrary<Happening> = fc.record({
  object: fc.oneof(
    { arbitrary: anyService, weight: 3 },
    { arbitrary: anySlice, weight: 4 },
    wanderer,
    anyPod,
    anyNode,
    anyNamespace,
  ),
  // A node's object stays: what is gone of it is remembered.
  isDeleted: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
})
