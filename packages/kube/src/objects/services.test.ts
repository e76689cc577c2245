import { describe, expect, test } from '@jest/globals'
import { read, refusal } from '../../test/read.ts'
import { type EndpointSlice, endpointSlices, services } from '../index.ts'

describe('a Service', () => {
  test('has the API server’s defaults where they are left out, or null', () => {
    const written = {
      metadata: { name: 'web' },
      spec: { clusterIP: '10.96.0.7', ports: [{ port: 80, nodePort: null }], externalIPs: null },
    }
    expect(read(services, written)).toEqual({
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default', uid: '', resourceVersion: '', labels: {}, annotations: {} },
      spec: {
        type: 'ClusterIP',
        clusterIPs: ['10.96.0.7'],
        ipFamilies: ['IPv4'],
        ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 80 }],
        externalIPs: [],
        loadBalancerSourceRanges: [],
        externalTrafficPolicy: 'Cluster',
        internalTrafficPolicy: 'Cluster',
        sessionAffinity: 'None',
        publishNotReadyAddresses: false,
        allocateLoadBalancerNodePorts: true,
        selector: {},
      },
      status: { loadBalancer: { ingress: [] } },
    })
  })

  test('keeps every field in use, addresses in canonical spelling, and nothing else', () => {
    const { metadata, spec, status } = read(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'web',
        namespace: 'shop',
        uid: 'u',
        resourceVersion: '7',
        generation: 4,
        managedFields: [{}],
        labels: { app: 'web' },
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{…}',
          'service.cilium.io/type': 'LoadBalancer',
        },
        creationTimestamp: '2026-01-31T12:00:00Z',
        deletionTimestamp: null,
      },
      spec: {
        type: 'LoadBalancer',
        clusterIPs: ['10.96.0.7', '2001:DB8:0::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
        ports: [{ name: 'http', port: 80, targetPort: 'web', nodePort: 30_080, protocol: 'TCP', appProtocol: 'http' }],
        loadBalancerSourceRanges: [' 10.0.0.0/8'],
        loadBalancerClass: 'skep.dev/bgp',
        externalTrafficPolicy: 'Local',
        healthCheckNodePort: 31_000,
        sessionAffinity: 'ClientIP',
        trafficDistribution: 'PreferSameZone',
        selector: { app: 'web' },
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example', ip: '' }] }, conditions: [] },
    })
    expect(metadata).toEqual({
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      labels: { app: 'web' },
      annotations: { 'service.cilium.io/type': 'LoadBalancer' },
      creationTimestamp: '2026-01-31T12:00:00Z',
    })
    expect(spec).toMatchObject({
      clusterIPs: ['10.96.0.7', '2001:db8::7'],
      ports: [{ name: 'http', port: 80, targetPort: 'web', nodePort: 30_080, protocol: 'TCP', appProtocol: 'http' }],
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      healthCheckNodePort: 31_000,
      trafficDistribution: 'PreferSameZone',
    })
    expect(spec).not.toHaveProperty('ipFamilyPolicy')
    expect(status.loadBalancer.ingress).toEqual([
      { ip: '192.0.2.1', ipMode: 'VIP' },
      { hostname: 'lb.example', ipMode: 'VIP' },
    ])
  })

  test('says all that is wrong: which object, where, what stands there, and what would be right', () => {
    const spec = {
      type: 'Sideways',
      clusterIPs: ['10.96.0.300'],
      ports: [{ port: 0, targetPort: 'Not_A_Name' }, 'http'],
      externalIPs: 'none',
      loadBalancerSourceRanges: ['10.0.0.0/33'],
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 90_000 } },
      selector: { app: 1 },
    }
    expect(refusal(services, { metadata: { name: 'web', namespace: 'shop' }, spec })).toEqual([
      'Service shop/web: spec.type: "Sideways" is not known here; write ClusterIP or NodePort or LoadBalancer or ExternalName',
      'Service shop/web: spec.clusterIPs[0]: "10.96.0.300" is not an IP address; write one like 10.0.0.1 or "2001:db8::1", or None',
      'Service shop/web: spec.ports[0].port: 0 is not a port; write a whole number from 1 to 65535',
      'Service shop/web: spec.ports[0].targetPort: "Not_A_Name" is not a port; write a number up to 65535, or the name of a container\'s port',
      'Service shop/web: spec.ports[1]: "http" is not a port; write name, protocol, port, targetPort, nodePort, appProtocol',
      'Service shop/web: spec.selector.app: 1 is not a text; write one, in quotes where it looks like a number',
      'Service shop/web: spec.externalIPs: "none" is not a list; write a list of addresses',
      'Service shop/web: spec.loadBalancerSourceRanges[0]: "10.0.0.0/33" is not a prefix; write one like 10.0.0.0/24 or "2001:db8::/64"',
      'Service shop/web: spec.sessionAffinityConfig.clientIP.timeoutSeconds: 90000 is not a number of seconds; write a whole number from 1 to 86400',
    ])
  })
})

describe('an EndpointSlice', () => {
  const written = (endpoints: unknown, addressType = 'IPv4') => ({
    metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType,
    endpoints,
    ports: [{ name: 'http', port: 8080 }, { port: null }],
  })

  test('what is unknown of an endpoint counts as the API says', () => {
    const slice = read(
      endpointSlices,
      written([
        { addresses: ['10.1.0.1'] },
        { addresses: ['10.1.0.2'], conditions: { ready: false, serving: null, terminating: true } },
      ]),
    )
    expect(slice.endpoints.map(({ conditions }) => conditions)).toEqual([
      { ready: true, serving: true, terminating: false },
      { ready: false, serving: true, terminating: true },
    ])
    expect(slice.ports).toEqual([
      { name: 'http', protocol: 'TCP', port: 8080 },
      { name: '', protocol: 'TCP' },
    ])
  })

  test('hints for nobody are none; no endpoints may be null', () => {
    const hinted = (hints: unknown): EndpointSlice =>
      read(endpointSlices, written([{ addresses: ['10.1.0.1'], hints }]))
    expect(hinted({}).endpoints[0]).not.toHaveProperty('hints')
    expect(hinted({ forZones: [{ name: 'a' }] }).endpoints[0]!.hints).toEqual({
      forZones: [{ name: 'a' }],
      forNodes: [],
    })
    expect(read(endpointSlices, written(null)).endpoints).toEqual([])
  })

  test('an address of another family is refused', () => {
    expect(refusal(endpointSlices, written([{ addresses: ['10.1.0.1'] }, { addresses: ['2001:db8::1'] }]))).toEqual([
      'EndpointSlice default/web-1: endpoints[1].addresses[0]: "2001:db8::1" is not an IPv4 address; write one like 10.0.0.1',
    ])
    expect(refusal(endpointSlices, written([{ addresses: ['web.example'] }], 'FQDN'))).toEqual([])
  })

  test('of very many faults the first are told, and how many there are', () => {
    const many = Array.from({ length: 1000 }, () => ({ addresses: ['x'] }))
    const lines = refusal(endpointSlices, written(many))
    expect(lines).toHaveLength(17)
    expect(lines.at(-1)).toBe('EndpointSlice default/web-1: and 984 faults more')
  })
})
