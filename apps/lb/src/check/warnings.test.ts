import { expect, test } from '@jest/globals'
import type { Link } from 'netlink-ts'
import { parseConfig } from '../config/load.ts'
import { vlanTagWarnings } from './vlan-tags.ts'
import { ownFrontendWarnings } from './own-frontends.ts'
import { tunnelWarnings } from './tunnel.ts'
import { type Peer, vethWarnings } from './veth.ts'

const link = (name: string, kind?: string) => ({ name, index: 3, ...(kind === undefined ? {} : { kind }) }) as Link
const peer =
  (has: { hasProgram?: boolean; hasGro?: boolean } = {}, namespace?: string) =>
  (): Peer => ({ name: 'eth9', namespace, hasProgram: false, hasGro: false, ...has })
const gro = () => 'GRO' as const
const program = () => 'program' as const

test('a veth whose peer drops what XDP sends', () => {
  expect(vethWarnings([link('eth0', 'veth')], peer({}, 'client'), gro)).toEqual([
    'eth0 is a veth whose peer eth9 in namespace client has GRO off: it drops what XDP sends there; nsenter --net=/run/netns/client ethtool -K eth9 gro on',
  ])
  expect(vethWarnings([link('eth0', 'veth')], peer(), gro)).toEqual([
    'eth0 is a veth whose peer eth9 has GRO off: it drops what XDP sends there; ethtool -K eth9 gro on',
  ])
  expect(vethWarnings([link('eth0', 'veth')], peer({ hasGro: true }), program)).toEqual([
    'eth0 is a veth whose peer eth9 has no XDP program: it drops what XDP sends there (before Linux 5.13 GRO is not enough); write acceleration: tc',
  ])
})

test('nothing about a peer that receives, one that is not seen, and other devices', () => {
  expect(vethWarnings([link('eth0', 'veth')], peer({ hasGro: true }), gro)).toEqual([])
  for (const remedy of [gro, program])
    expect(vethWarnings([link('eth0', 'veth')], peer({ hasProgram: true }), remedy)).toEqual([])
  expect(vethWarnings([link('eth0', 'veth')], () => undefined)).toEqual([])
  expect(vethWarnings([link('eth0')], peer())).toEqual([])
})

test('a frontend on an address of this host', () => {
  const frontends = [
    { address: '192.0.2.10', port: 80, protocol: 'TCP' },
    { address: '192.0.2.11', port: 80, protocol: 'TCP' },
  ] as const
  const services = [{ name: 'web', frontends, algorithm: 'maglev', backends: [] } as never]
  const own = [{ address: '192.0.2.10', device: 'eth0' }]
  expect(ownFrontendWarnings({ services }, own)).toEqual([
    expect.stringMatching(/^192\.0\.2\.10:80\/TCP of service web is on an address of this host \(eth0\)/),
  ])
})

test('a tunnel whose way has no room for the outer header', () => {
  const config = (dispatch: string) =>
    parseConfig(
      'lb.yaml',
      `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  mode: dsr
  dsr: { dispatch: ${dispatch} }
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 80 }, { address: 10.1.0.12, port: 80 }]
`,
    )
  expect(tunnelWarnings(config('ipip'), () => 1500)).toEqual([
    expect.stringMatching(/^service web: the way to 10\.1\.0\.11 \(and to 1 more\) takes packets of 1500 bytes.* 1520/),
  ])
  expect(tunnelWarnings(config('ipip'), () => 1520)).toEqual([])
  expect(tunnelWarnings(config('l2'), () => 1500)).toEqual([])
})

test('a card that takes tags off hides them from XDP; a member of a bond too; nobody minds where no VLAN is served', () => {
  const links = [
    { index: 2, name: 'eth0' },
    { index: 3, name: 'eth1' },
    { index: 4, name: 'veth0', kind: 'veth' },
  ]
  const by = (port: number, id: number) => ({ port, tag: { protocol: id && 0x8100, id }, device: 9, base: port })
  const warnings = vlanTagWarnings(links, [by(2, 100), by(3, 0), by(4, 100)], () => true)
  expect(warnings).toEqual([expect.stringMatching(/^eth0 takes VLAN tags off .* ethtool -K eth0 rxvlan off$/)])
  expect(vlanTagWarnings(links, [by(2, 100)], () => false)).toEqual([])
})
