import { expect, test } from '@jest/globals'
import { checkTopology } from './check.ts'
import type { TopologySpec } from './spec.ts'

test('everything wrong is listed at once, each with its place', () => {
  const spec: TopologySpec = {
    hosts: {
      hosts: {},
      'a name that is too long': { loopback: '10.0.0.300/32' },
      a: { routes: [{ destination: '10.0.0.0/33', via: 'b' }] },
    },
    links: [
      { ends: { a: '10.0.0.1' } },
      { ends: { a: { mac: '02:00' }, nobody: [] }, bridge: 'a' },
      { ends: { a: { device: 'eth0/1' }, hosts: [] } },
    ],
  }
  const lines = refusal(spec).split('\n')
  const places = lines.map(
    (line) =>
      line
        .trim()
        .replace(/^topology: /, '')
        .split(': ')[0],
  )
  expect(places).toEqual([
    'hosts.hosts',
    'hosts.a name that is too long',
    'hosts.a name that is too long.loopback',
    'hosts.a.routes[0].destination',
    'hosts.a.routes[0].via',
    'links[0].ends',
    'links[0].ends.a.addresses',
    'links[1].bridge',
    'links[1].ends.a.mac',
    'links[1].ends.nobody',
    'links[2].ends.a.device',
  ])
  expect(lines[9]).toContain('no such host; hosts are hosts, a name that is too long, a')
})

test('a misspelt option is refused with those that there are', () => {
  const spec = {
    hosts: { a: { fowarding: true }, b: { bridges: { br0: { port: ['eth0'] } } } },
    links: [{ ends: { a: { adresses: '10.0.0.1/24' }, b: [] }, mut: 1400 }],
    link: [],
  }
  expect(refusal(spec as never).split('\n  ')).toEqual([
    'topology: topology: unknown option "link"; there are hosts, links',
    'hosts.a: unknown option "fowarding"; there are loopback, forwarding, routes, sysctls, cgroup, bridges',
    'hosts.b.bridges.br0: unknown option "port"; there are ports, addresses',
    'links[0]: unknown option "mut"; there are ends, mtu, bridge',
    'links[0].ends.a: unknown option "adresses"; there are addresses, device, mac, passXdp',
  ])
})

test('a topology with nothing wrong passes', () => {
  expect(() => checkTopology({ hosts: { a: {}, b: {} }, links: [{ ends: { a: 'fd00::1/64', b: [] } }] })).not.toThrow()
})

function refusal(spec: TopologySpec): string {
  try {
    checkTopology(spec)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
