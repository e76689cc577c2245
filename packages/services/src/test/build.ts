import {
  type EndpointSlice,
  endpointSlices,
  formatRefusal,
  type Kind,
  type KubeObject,
  type Namespace,
  namespaces,
  type Node,
  nodes,
  parseObject,
  type Pod,
  pods,
  type Service,
  services,
} from '@skep/kube'

function read<T extends KubeObject>(kind: Kind<T>, value: unknown): T {
  const parsed = parseObject(kind, value)
  if ('refusal' in parsed) throw new Error(formatRefusal(parsed.refusal))
  return parsed.object
}

interface Meta {
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly created?: string
}

function metadata(name: string, { annotations, labels, created }: Meta): object {
  const [namespace, own] = name.includes('/') ? name.split('/') : ['default', name]
  return { namespace, name: own, uid: name, annotations, labels, creationTimestamp: created }
}

/** A Service as the API has it: TCP 80 at 10.96.0.1 unless `spec` says otherwise. */
export function service(name: string, spec: object = {}, more: Meta & { readonly status?: object } = {}): Service {
  const ports = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }]
  return read(services, {
    metadata: metadata(name, more),
    spec: { clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv4'], ports, ...spec },
    status: more.status,
  })
}

/** A service of type LoadBalancer at 192.0.2.1, node port 30080. */
export function loadBalancer(name: string, spec: object = {}, more: Meta & { readonly status?: object } = {}): Service {
  const ports = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 30080 }]
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }
  return service(name, { type: 'LoadBalancer', ports, ...spec }, { status, ...more })
}

/** How an endpoint is, for short: `10.0.0.1 ready on a1 in a, for a b`, `10.0.0.2 terminating`. */
export interface EndpointSpec {
  readonly address: string
  /** `ready` when left out. `terminating` serves, `gone-soon` does not; `published` is ready and terminating. */
  readonly is?: 'ready' | 'unready' | 'terminating' | 'gone-soon' | 'published'
  readonly node?: string
  readonly zone?: string
  readonly forZones?: readonly string[]
  readonly forNodes?: readonly string[]
  readonly pod?: string
}

const conditions = {
  ready: { ready: true, serving: true, terminating: false },
  unready: { ready: false, serving: false, terminating: false },
  terminating: { ready: false, serving: true, terminating: true },
  'gone-soon': { ready: false, serving: false, terminating: true },
  published: { ready: true, serving: false, terminating: true },
}

/** A slice of a service with port `http` 8080. */
export function slice(
  owner: string,
  endpoints: readonly (EndpointSpec | string)[],
  more: Meta & { readonly name?: string; readonly ports?: readonly object[]; readonly family?: 'IPv4' | 'IPv6' } = {},
): EndpointSlice {
  const [namespace, own] = owner.includes('/') ? owner.split('/') : ['default', owner]
  const labels = { 'kubernetes.io/service-name': own!, ...more.labels }
  return read(endpointSlices, {
    metadata: metadata(`${namespace}/${more.name ?? `${own}-1`}`, { ...more, labels }),
    addressType: more.family ?? 'IPv4',
    ports: more.ports ?? [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints.map((one) => endpoint(typeof one === 'string' ? { address: one } : one, namespace!)),
  })
}

function endpoint(
  { address, is = 'ready', node, zone, forZones, forNodes, pod }: EndpointSpec,
  namespace: string,
): object {
  const named = (names: readonly string[] | undefined): object[] | undefined => names?.map((name) => ({ name }))
  return {
    addresses: [address],
    conditions: conditions[is],
    nodeName: node,
    zone,
    hints: { forZones: named(forZones), forNodes: named(forNodes) },
    targetRef: pod === undefined ? undefined : { kind: 'Pod', namespace, name: pod, uid: `${namespace}/${pod}` },
  }
}

/** A Node; `zone` is its label. */
export function node(name: string, { zone, labels = {}, taints = [], deleted }: NodeSpec = {}): Node {
  const all = { ...labels, ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }) }
  return read(nodes, {
    metadata: { name, labels: all, deletionTimestamp: deleted },
    spec: { taints: taints.map((key) => ({ key, effect: 'NoSchedule' })) },
  })
}

interface NodeSpec {
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly string[]
  readonly deleted?: string
}

/** A Pod on node `n1`. */
export function pod(name: string, spec: PodSpec = {}): Pod {
  const { ips = ['10.0.0.1'], ports = [], phase = 'Running', node: nodeName = 'n1', uid, ...rest } = spec
  const full = name.includes('/') ? name : `default/${name}`
  return read(pods, {
    metadata: { ...metadata(full, {}), uid: uid ?? full, ...(rest.deleted && { deletionTimestamp: rest.deleted }) },
    spec: { nodeName, hostNetwork: rest.hostNetwork, containers: [{ name: 'main', ports }] },
    status: { phase, podIPs: ips.map((ip) => ({ ip })) },
  })
}

interface PodSpec {
  readonly ips?: readonly string[]
  readonly ports?: readonly object[]
  readonly phase?: string
  readonly node?: string
  readonly uid?: string
  readonly hostNetwork?: boolean
  readonly deleted?: string
}

/** A Namespace. */
export function namespace(name: string, annotations: Readonly<Record<string, string>> = {}): Namespace {
  return read(namespaces, { metadata: { name, annotations } })
}
