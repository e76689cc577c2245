import { expect, test } from '@jest/globals'
import { host, link, lo, route } from '../../test/hosts.ts'
import { detect } from '../detect/detect.ts'
import { requireSelection } from '../selection/parse.ts'
import { assignRoles } from './roles.ts'

const address = (index: number, text: string) =>
  ({ index, address: text, family: text.includes(':') ? 'ipv6' : 'ipv4', scope: 'global' }) as const
const links = [lo, link(2, 'eth0'), link(3, 'eth1'), link(4, 'tun0', { kind: 'tun', type: 'none', flags: ['UP'] })]
const addresses = [
  address(2, '10.0.0.1/24'),
  address(3, '10.1.0.1/24'),
  address(3, '2001:db8::1/64'),
  address(4, '10.9.0.1/32'),
]
const two = host(links, [route(2, '10.0.0.0/24'), route(3, '10.1.0.0/24')], addresses)
const auto = requireSelection(['auto'])
const roles = (on: typeof two, options: Parameters<typeof assignRoles>[2] = {}) =>
  assignRoles(on, detect(on, auto), options)

test('a single device has all tasks', () => {
  const on = host([lo, link(2, 'eth0')], [route(2, '10.0.0.0/24')])
  expect(roles(on)).toEqual({
    directRouting: { device: 'eth0', why: 'it is the only device' },
    ipv6Multicast: { device: 'eth0', why: 'it is the device of direct routing, and takes multicast' },
    devices: ['eth0'],
  })
})

test.each(['10.1.0.1', '2001:DB8:0::1'])('of several, the one with the address of the node (%s)', (nodeAddress) => {
  const { directRouting, ipv6Multicast } = roles(two, { nodeAddresses: ['192.0.2.7', nodeAddress] })
  expect(directRouting).toEqual({ device: 'eth1', why: `it has the node's address ${nodeAddress}` })
  expect(ipv6Multicast.device).toBe('eth1')
})

test('the device with the address of the node is added, whatever its routes', () => {
  const found = roles(two, { nodeAddresses: ['10.9.0.1'] })
  expect(found.devices).toEqual(['eth0', 'eth1', 'tun0'])
  expect(found.directRouting.device).toBe('tun0')
  expect(found.ipv6Multicast).toEqual({ why: 'tun0 takes no multicast; name another' })
})

test('without that address, the best default route decides; without any, the answer is open', () => {
  const routes = [route(2, '0.0.0.0/0', { metric: 200 }), route(3, '0.0.0.0/0', { metric: 100 }), route(2, '::/0')]
  expect(roles(host(links, routes)).directRouting).toMatchObject({
    device: 'eth1',
    why: expect.stringContaining('best default'),
  })
  expect(roles(two).directRouting).toEqual({
    why: "any of eth0, eth1 may be it, and none has the node's address; name one",
  })
  expect(roles(host([lo], [])).directRouting).toEqual({ why: 'there is no device; name one' })
})

test('a device that is named has the task, and is added', () => {
  const found = roles(two, { directRoutingDevice: 'tun0', ipv6MulticastDevice: 'eth0' })
  expect(found).toMatchObject({ directRouting: { device: 'tun0' }, ipv6Multicast: { device: 'eth0' } })
  expect(found.devices).toEqual(['eth0', 'eth1', 'tun0'])
  expect(roles(two, { directRoutingDevice: 'eth9' }).directRouting).toEqual({ why: '"eth9": no such device' })
})

test('Cilium’s glob names the first device that it matches', () => {
  expect(roles(two, { directRoutingDevice: 'eth+' }).directRouting.device).toBe('eth0')
})

test('what is no address is refused', () => {
  expect(() => roles(two, { nodeAddresses: ['10.0.0'] })).toThrow('nodeAddresses: "10.0.0" is not an address')
})
