import { expect, test } from '@jest/globals'
import { decodeMessage, type Message } from './decode.ts'
import { Framer } from './framer.ts'

/** What the others sent to us after the connection was open, markers left out: two prefixes, and that those are all. */
const recorded: Readonly<Record<string, readonly string[]>> = {
  'BIRD 2.0.12': [
    '00430104fde800f00a0000fe2602240104000100010104000200010200400a003c000101000002010041040000fde846004700',
    '001304',
    '002f02000000144001010040020602010000fde84003040a0000fe18c63364',
    '00170200000000',
    '0054020000003d900e002c00020120fd000000000000000000000000000254fe80000000000000000000fffe000200003020010db800024001010040020602010000fde8',
    '001d0200000006800f03000201',
  ],
  'FRR 8.4.4': [
    '00790104fde800b40a0000fe5c02060104000100010206010400020001020280000202020002024600020641040000fde802020600020a450800010101000201010206490402766d00020c400ac03c00010100000201000210470e0001018000000000020180000000',
    '001304',
    '0037020000001c400101005002000602010000fde84003040a0000fe8004040000000018c63364',
    '004c0200000035900e001c0002011000000000000000000000ffff0a0000fe003020010db80002400101005002000602010000fde880040400000000',
    '00170200000000',
    '001d0200000006800f03000201',
  ],
  'GoBGP 3.10.0': [
    '004d0104fde8005a0a0000fe30022e0200490402766d0001040001000101040002000141040000fde8400a003c00010100000201000506000100010002',
    '001304',
    '00170200000000',
    '001d0200000006800f03000201',
    '002f02000000144001010240020602010000fde84003040a0000fe18c63364',
    '0043020000002c4001010240020602010000fde8800e1c0002011000000000000000000000ffff0a0000fe003020010db80002',
  ],
}

function messages(name: string): Message[] {
  const stream = Buffer.from(recorded[name]!.map((message) => 'ff'.repeat(16) + message).join(''), 'hex')
  return [...new Framer().push(stream)].map((raw) => decodeMessage(raw, { as4: true, external: true }))
}

const both = [
  { afi: 1, safi: 1 },
  { afi: 2, safi: 1 },
]

test.each([
  ['BIRD 2.0.12', { holdTime: 240, restart: 60, restarting: false, enhanced: true, wide: undefined, more: [71] }],
  [
    'FRR 8.4.4',
    { holdTime: 180, restart: 60, restarting: true, enhanced: true, wide: undefined, more: [128, 6, 69, 73, 71] },
  ],
  [
    'GoBGP 3.10.0',
    { holdTime: 90, restart: 60, restarting: false, enhanced: undefined, wide: both.slice(0, 1), more: [73] },
  ],
])('%s: what it can do', (name, { holdTime, restart, restarting, enhanced, wide, more }) => {
  const [open, keepalive] = messages(name)
  expect(keepalive).toEqual({ type: 'keepalive' })
  expect(open).toMatchObject({ open: { asn: 65000, holdTime, identifier: '10.0.0.254' } })
  if (open?.type !== 'open') throw new Error(open?.type)
  const { multiprotocol, as4, routeRefresh, enhancedRouteRefresh, extendedNextHop, gracefulRestart, unknown } =
    open.open.capabilities
  expect([multiprotocol, as4, routeRefresh, enhancedRouteRefresh, extendedNextHop]).toEqual([
    both,
    65000,
    true,
    enhanced,
    wide,
  ])
  expect(gracefulRestart).toMatchObject({ restarting, seconds: restart })
  expect(unknown?.map(({ code }) => code)).toEqual(more)
})

test.each([
  ['BIRD 2.0.12', 'igp', undefined, 'fd00::254'],
  ['FRR 8.4.4', 'igp', 0, '::ffff:10.0.0.254'],
  ['GoBGP 3.10.0', 'incomplete', undefined, '::ffff:10.0.0.254'],
])('%s: its routes, and that those are all', (name, origin, med, nextHop) => {
  const updates = messages(name).flatMap((one) => (one.type === 'update' ? [one.update] : []))
  expect(updates.flatMap(({ errors }) => errors)).toEqual([])
  expect(updates.flatMap(({ endOfRib }) => endOfRib ?? []).toSorted()).toEqual(['ipv4', 'ipv6'])
  const routes = updates.flatMap(({ reach, attributes }) => reach.map((one) => ({ ...one, attributes })))
  const attributes = { origin, asPath: [{ kind: 'sequence', asns: [65000] }], ...(med !== undefined && { med }) }
  expect(routes.map((route) => ({ ...route, prefixes: route.prefixes.texts() }))).toEqual([
    {
      family: 'ipv4',
      prefixes: ['198.51.100.0/24'],
      nextHop: { address: '10.0.0.254' },
      attributes: { ...attributes, nextHop: '10.0.0.254' },
    },
    {
      family: 'ipv6',
      prefixes: ['2001:db8:2::/48'],
      nextHop: name.startsWith('BIRD') ? { address: nextHop, linkLocal: 'fe80::ff:fe00:200' } : { address: nextHop },
      attributes,
    },
  ])
})
