import { expect, test } from '@jest/globals'
import { modelOf } from './defaults.ts'
import type { HostModel } from './model.ts'
import { expandShortForm } from './short-form.ts'
import type { TopologySpec } from './spec.ts'

function hostsOf(spec: TopologySpec): Record<string, HostModel> {
  return Object.fromEntries(modelOf(spec).hosts.map((host) => [host.name, host]))
}

test('a host between two links forwards and is the default route of those on one', () => {
  const { client, lb } = hostsOf(
    expandShortForm({
      client: ['10.0.0.2/24', 'fd00::2/64'],
      lb: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24'],
      backend: '10.1.0.2/24',
    }),
  )
  expect(client).toMatchObject({
    forwarding: false,
    routes: [
      { destination: 'default', via: '10.0.0.1', device: 'eth0' },
      { destination: 'default', via: 'fd00::1', device: 'eth0' },
    ],
  })
  expect(lb).toMatchObject({ forwarding: true, routes: [] })
})

test('devices of a forwarding host stay free of XDP, all others pass', () => {
  const { client, lb } = hostsOf(
    expandShortForm({ client: '10.0.0.2/24', lb: ['10.0.0.1/24', '10.1.0.1/24'], backend: '10.1.0.2/24' }),
  )
  expect(client?.devices.map((device) => device.passXdp)).toEqual([true])
  expect(lb?.devices.map((device) => device.passXdp)).toEqual([false, false])
})

test('three ends make a bridge in a host of its own, with a port for each', () => {
  const model = modelOf(expandShortForm({ a: '10.0.0.1/24', b: '10.0.0.2/24', c: '10.0.0.3/24' }))
  expect(model.hosts.map((host) => host.name)).toEqual(['a', 'b', 'c', 'bridge0'])
  expect(model.hosts.at(-1)).toMatchObject({ forwarding: false, bridges: { br0: { ports: ['a', 'b', 'c'] } } })
  expect(model.veths.map(([end, port]) => `${end.host}:${end.name} ${port.host}:${port.name}`)).toEqual([
    'a:eth0 bridge0:a',
    'b:eth0 bridge0:b',
    'c:eth0 bridge0:c',
  ])
})

test('routes that are given replace the automatic ones', () => {
  const { a } = hostsOf({
    hosts: { a: { routes: [] }, r: {}, b: {} },
    links: [{ ends: { a: '10.0.0.2/24', r: '10.0.0.1/24' } }, { ends: { r: '10.1.0.1/24', b: '10.1.0.2/24' } }],
  })
  expect(a?.routes).toEqual([])
})

test('every device has its own MAC, and what is given stays', () => {
  const model = modelOf({
    hosts: { a: {}, b: {} },
    links: [
      { ends: { a: { mac: '02:aa:00:00:00:01' }, b: { device: 'lan0' } }, mtu: 1400 },
      { ends: { a: [], b: [] } },
    ],
  })
  const devices = model.hosts.flatMap((host) => host.devices)
  expect(devices.map(({ host, name, mac, mtu }) => [host, name, mac, mtu])).toEqual([
    ['a', 'eth0', '02:aa:00:00:00:01', 1400],
    ['a', 'eth1', '02:00:00:00:01:01', undefined],
    ['b', 'lan0', '02:00:00:00:02:00', 1400],
    ['b', 'eth0', '02:00:00:00:02:01', undefined],
  ])
})
