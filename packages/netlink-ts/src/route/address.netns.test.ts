import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson, together } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import type { DeviceAddress } from './address-types.ts'

const { test } = needing(needs.root, needs.binary('ip'))

interface IpAddress {
  family: string
  local: string
  prefixlen: number
  address?: string
  broadcast?: string
  scope: string
  label?: string
  metric?: number
  valid_life_time: number
  [flag: string]: unknown
}

const flagNames = ['secondary', 'nodad', 'tentative', 'deprecated', 'noprefixroute', 'mngtmpaddr', 'dynamic'] as const

test('what is added is read by ip, and the same from here', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  nl.address.add({ device: 'e0', address: '10.0.0.1/24', broadcast: 'auto' })
  nl.address.add({ device: 'e0', address: '10.0.0.2/24', label: 'e0:web' })
  nl.address.add({ device: 'e0', address: '10.3.0.1/24', scope: 'link' })
  nl.address.add({ device: 'e0', address: '10.1.0.1', peer: '10.1.0.2/31', metric: 77 })
  nl.address.add({ device: 'e0', address: '2001:db8::1/64', flags: ['nodad', 'noprefixroute'] })
  nl.address.add({ device: 'e0', address: '2001:db8::2/64', preferredLifetime: 0, validLifetime: 3600 })
  const [ours, [theirs]] = await together(
    () => [...nl.address.list({ device: 'e0' })].map(asIp),
    () => ipJson<{ addr_info: IpAddress[] }>(ns, 'address', 'show', 'dev', 'e0'),
  )
  expect(ours).toEqual(theirs?.addr_info.map(common))
  const pointToPoint = nl.address.list({ device: 'e0' }).find(({ peer }) => peer !== undefined)
  expect(pointToPoint).toMatchObject({ address: '10.1.0.1/32', peer: '10.1.0.2/31', metric: 77 })
})

test('the kernel filters by device and family', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  nl.link.add({ kind: 'bridge', name: 'br0' })
  nl.address.add({ device: 'br0', address: '10.0.0.1/8' })
  expect([...nl.address.list({ device: 'lo' })].map(({ address }) => address)).toEqual(['127.0.0.1/8', '::1/128'])
  expect([...nl.address.list({ family: 'ipv6' })].map(({ address }) => address)).toEqual(['::1/128'])
  expect(() => nl.address.list({ index: 99 })).toThrow('address.list: device 99: ENODEV')
})

test('replace changes, delete takes away', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  const key = { device: 'lo', address: '10.0.0.1/32' }
  nl.address.add(key)
  expect(() => nl.address.add(key)).toThrow(expect.objectContaining({ code: 'EXISTS' }))
  nl.address.replace({ ...key, validLifetime: 900 })
  expect(nl.address.list({ device: 'lo' }).find((each) => each.validLifetime !== undefined)?.address).toBe(
    '10.0.0.1/32',
  )
  nl.address.delete(key)
  expect(() => nl.address.delete(key)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})

function asIp(address: DeviceAddress): Record<string, unknown> {
  const [local, prefix] = address.address.split('/')
  const [peer, peerPrefix] = address.peer?.split('/') ?? []
  return {
    family: address.family === 'ipv6' ? 'inet6' : 'inet',
    local,
    prefixlen: Number(peerPrefix ?? prefix),
    address: peer,
    broadcast: address.broadcast,
    scope: address.scope,
    label: address.label,
    metric: address.metric,
    forever: address.validLifetime === undefined,
    // ip says "dynamic" for what is not permanent.
    flags: flagNames.filter((flag) =>
      flag === 'dynamic' ? !address.flags.includes('permanent') : address.flags.includes(flag as never),
    ),
  }
}

function common(address: IpAddress): Record<string, unknown> {
  const { family, local, prefixlen, broadcast, scope, label, metric } = address
  const flags = flagNames.filter((flag) => address[flag] === true)
  return {
    family,
    local,
    prefixlen,
    address: address.address,
    broadcast,
    scope,
    label,
    metric,
    forever: address.valid_life_time === 2 ** 32 - 1,
    flags,
  }
}
