import type { Endpoint, EndpointSlice, Metadata, Service } from '@skep/kube'

/** Some thousand services with one slice each, as a followed API server hands them over. */
export function world(
  services: number,
  each: number,
): { readonly services: Service[]; readonly slices: EndpointSlice[] } {
  return {
    services: Array.from({ length: services }, (_, i) => serviceAt(i)),
    slices: Array.from({ length: services }, (_, i) => sliceAt(i, each)),
  }
}

/** The slice of a service with one endpoint less. */
export function withoutFirst(slice: EndpointSlice): EndpointSlice {
  return { ...slice, endpoints: slice.endpoints.slice(1) }
}

function metadata(name: string, labels: Metadata['labels'] = {}): Metadata {
  return {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    labels,
    annotations: {},
    creationTimestamp: '2026-01-01T00:00:00Z',
  }
}

/** Half of them are cluster addresses alone, the others have node ports too. */
function serviceAt(i: number): Service {
  const hasNodePort = i % 2 === 1 && i < 5000
  return {
    kind: 'Service',
    metadata: metadata(`service-${i}`),
    spec: {
      type: hasNodePort ? 'NodePort' : 'ClusterIP',
      clusterIPs: [`10.96.${i >>> 8}.${i & 255}`],
      ipFamilies: ['IPv4'],
      ports: [
        {
          name: 'http',
          protocol: 'TCP',
          port: 80,
          targetPort: 8080,
          ...(hasNodePort && { nodePort: 30_000 + (i >>> 1) }),
        },
      ],
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
  }
}

const conditions = { ready: true, serving: true, terminating: false }

function sliceAt(i: number, each: number): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: metadata(`service-${i}-abcde`, { 'kubernetes.io/service-name': `service-${i}` }),
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: Array.from({ length: each }, (_, j) => endpointAt(i * each + j)),
  }
}

function endpointAt(number: number): Endpoint {
  return {
    addresses: [`10.${128 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}`],
    conditions,
    nodeName: `node-${number % 100}`,
    zone: 'abc'[number % 3]!,
    targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${number}`, uid: `pod-${number}` },
  }
}
