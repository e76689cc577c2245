import { expect, test } from '@jest/globals'
import { modelOf } from './defaults.ts'
import { planTopology } from './plan.ts'
import { expandShortForm } from './short-form.ts'
import type { TopologySpec } from './spec.ts'

function stepsOf(spec: TopologySpec): string[] {
  return planTopology(modelOf(spec)).map(({ do: verb, host, ...rest }) => `${verb} ${host} ${JSON.stringify(rest)}`)
}

test('namespaces come first, then settings, devices, addresses, up, carrier and at last routes', () => {
  const steps = planTopology(
    modelOf(expandShortForm({ a: '10.0.0.2/24', r: ['10.0.0.1/24', '10.1.0.1/24'], b: '10.1.0.2/24' })),
  )
  const order = steps.map((step) => step.do).filter((verb, i, all) => verb !== all[i - 1])
  expect(order).toEqual([
    'namespace',
    'sysctl',
    'veth',
    'offloads off',
    'address',
    'up',
    'pass xdp',
    'await carrier',
    'route',
  ])
})

test('a host’s sysctls come after the defaults that they may override', () => {
  const spec = {
    hosts: { a: { forwarding: true, sysctls: { 'net.ipv4.ip_forward': 0, 'net.ipv4.conf.all.accept_local': 1 } } },
  }
  const written = new Map(
    planTopology(modelOf(spec)).flatMap((step) => (step.do === 'sysctl' ? [[step.name, step.value]] : [])),
  )
  expect(written.get('net.ipv4.ip_forward')).toBe('0')
  expect(written.get('net.ipv4.conf.all.accept_local')).toBe('1')
  expect(written.get('net.ipv6.conf.all.forwarding')).toBe('1')
})

test('a bridge has its ports and its own address', () => {
  const steps = stepsOf({
    hosts: { a: {}, sw: { bridges: { br0: { ports: ['eth0'], addresses: '10.0.0.9/24' } } } },
    links: [{ ends: { a: '10.0.0.1/24', sw: [] } }],
  })
  expect(steps).toContain('bridge sw {"device":"br0","ports":["eth0"]}')
  expect(steps).toContain('address sw {"device":"br0","address":"10.0.0.9/24"}')
  expect(steps).toContain('up sw {"device":"br0"}')
})

test('a link’s size reaches both ends', () => {
  const steps = planTopology(modelOf({ hosts: { a: {}, b: {} }, links: [{ ends: { a: [], b: [] }, mtu: 9000 }] }))
  const [veth] = steps.filter((step) => step.do === 'veth')
  expect(veth?.ends.map((end) => end.mtu)).toEqual([9000, 9000])
})
