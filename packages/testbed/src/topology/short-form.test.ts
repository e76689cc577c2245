import { expect, test } from '@jest/globals'
import { expandShortForm } from './short-form.ts'

test('hosts that share a subnet share a link, devices in the order of the host’s addresses', () => {
  const spec = expandShortForm({
    backend: '10.1.0.2/24',
    lb: ['10.0.0.1/24', '10.1.0.1/24'],
    client: '10.0.0.2/24',
  })
  expect(spec.links).toEqual([
    {
      ends: {
        backend: { device: 'eth0', addresses: ['10.1.0.2/24'] },
        lb: { device: 'eth1', addresses: ['10.1.0.1/24'] },
      },
    },
    {
      ends: {
        lb: { device: 'eth0', addresses: ['10.0.0.1/24'] },
        client: { device: 'eth0', addresses: ['10.0.0.2/24'] },
      },
    },
  ])
})

test('the IPv4 and the IPv6 subnet of the same hosts are one link, two IPv4 subnets are two', () => {
  const spec = expandShortForm({
    a: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24'],
    b: ['fd00::2/64', '10.0.0.2/24', '10.1.0.2/24'],
  })
  expect(spec.links).toEqual([
    {
      ends: {
        a: { device: 'eth0', addresses: ['10.0.0.1/24', 'fd00::1/64'] },
        b: { device: 'eth0', addresses: ['fd00::2/64', '10.0.0.2/24'] },
      },
    },
    {
      ends: { a: { device: 'eth1', addresses: ['10.1.0.1/24'] }, b: { device: 'eth1', addresses: ['10.1.0.2/24'] } },
    },
  ])
})

test('a /32 or /128 that nobody shares is an address of lo', () => {
  const spec = expandShortForm({ a: ['10.0.0.1/24', '192.0.2.1/32', '2001:db8::1/128'], b: '10.0.0.2/24' })
  expect(spec.hosts.a).toEqual({ loopback: ['192.0.2.1/32', '2001:db8::1/128'] })
})

test('a host alone in its subnet is refused, with its subnet', () => {
  expect(() => expandShortForm({ a: '10.0.0.1/24', b: '10.0.1.2/24' })).toThrow(
    'host a: 10.0.0.1/24 is the only address in 10.0.0.0/24; give another host one there, or write /32',
  )
})

test('what is no address is refused', () => {
  expect(() => expandShortForm({ a: '10.0.0.1' })).toThrow(
    'host a: "10.0.0.1" is not a CIDR: the prefix length is missing',
  )
})
