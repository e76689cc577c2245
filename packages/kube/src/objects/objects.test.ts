import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { read, refusal } from '../../test/read.ts'
import {
  configMaps,
  endpointSlices,
  formatRefusal,
  type Kind,
  type KubeObject,
  namespaces,
  nodes,
  parseObject,
  pods,
  services,
} from '../index.ts'

const kinds: readonly Kind<KubeObject>[] = [services, endpointSlices, nodes, namespaces, pods, configMaps]
test('a Node: its prefixes, also of an API server before dual stack; conditions without their times', () => {
  const node = read(nodes, {
    metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'a' } },
    spec: { podCIDR: '10.244.1.0/24', taints: [{ key: 'x', effect: 'NoSchedule' }] },
    status: {
      addresses: [{ type: 'InternalIP', address: '172.30.0.11' }],
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-31T12:00:00Z' }],
      images: [{}],
    },
  })
  expect(node.metadata.namespace).toBe('')
  expect(node.spec).toEqual({
    podCIDRs: ['10.244.1.0/24'],
    unschedulable: false,
    taints: [{ key: 'x', value: '', effect: 'NoSchedule' }],
  })
  expect(node.status.conditions).toEqual([{ type: 'Ready', status: 'True' }])
})

test('a Pod: containers that go on running, host ports, addresses of both families', () => {
  const pod = read(pods, {
    metadata: { name: 'p', namespace: 'web' },
    spec: {
      nodeName: 'n1',
      containers: [
        {
          name: 'main',
          image: 'x',
          ports: [
            { containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' },
            { containerPort: 53, protocol: 'UDP', hostPort: 0 },
          ],
        },
      ],
      initContainers: [
        { name: 'setup' },
        { name: 'sidecar', restartPolicy: 'Always', ports: [{ name: 'proxy', containerPort: 15_001 }] },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.1.0.1',
      podIPs: [{ ip: '10.1.0.1' }, { ip: 'FD00::1' }],
      hostIP: '172.30.0.11',
    },
  })
  expect(pod.spec).toEqual({
    nodeName: 'n1',
    hostNetwork: false,
    serviceAccountName: 'default',
    containers: [
      {
        name: 'main',
        ports: [
          { name: '', protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' },
          { name: '', protocol: 'UDP', containerPort: 53 },
        ],
      },
      { name: 'sidecar', ports: [{ name: 'proxy', protocol: 'TCP', containerPort: 15_001 }] },
    ],
  })
  expect(pod.status).toEqual({
    phase: 'Running',
    podIPs: [{ ip: '10.1.0.1' }, { ip: 'fd00::1' }],
    hostIPs: [{ ip: '172.30.0.11' }],
    conditions: [],
  })
})

test('a ConfigMap: its texts', () => {
  expect(read(configMaps, { metadata: { name: 'bgp-config' }, data: { 'config.yaml': 'peers: []' } }).data).toEqual({
    'config.yaml': 'peers: []',
  })
  expect(read(configMaps, { metadata: { name: 'empty' } }).data).toEqual({})
  expect(refusal(configMaps, { metadata: { name: 'x' }, data: { a: 1 } })).toEqual([
    'ConfigMap default/x: data.a: 1 is not a text; write one, in quotes where it looks like a number',
  ])
})

test('a Namespace, with a label that is called like a part of every object', () => {
  const namespace = read(
    namespaces,
    JSON.parse('{"metadata":{"name":"x","labels":{"constructor":"a","__proto__":"b"}}}'),
  )
  expect(namespace.status.phase).toBe('Active')
  expect(namespace.metadata.labels['constructor']).toBe('a')
})

test('any value is read or refused, for every kind, and never throws', () => {
  const key = fc.constantFrom(
    'metadata',
    'name',
    'namespace',
    'labels',
    'spec',
    'status',
    'ports',
    'port',
    'endpoints',
    'addresses',
    'addressType',
    'containers',
    'conditions',
    'hints',
    'podCIDRs',
    'loadBalancer',
    'ingress',
    'ip',
    '__proto__',
    'constructor',
  )
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom('IPv4', '10.0.0.1', 80),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    ),
  }))
  const whole = fc.oneof(
    value,
    fc.record({
      metadata: fc.record({ name: fc.oneof(fc.constant('x'), value) }),
      spec: value,
      status: value,
      endpoints: value,
      addressType: leaf,
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...kinds), whole, (kind, one) => {
      const parsed = parseObject(kind, one)
      if ('refusal' in parsed) expect(formatRefusal(parsed.refusal)).toMatch(new RegExp(`^${kind.kind} `))
      else expect(parsed.object).toMatchObject({ kind: kind.kind, metadata: { name: expect.any(String) } })
    }),
  )
})
