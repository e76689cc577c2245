import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { ConfigError } from '@skep/config-file'
import { parseDecapConfig } from './load.ts'
import { framesAreEthernet } from './machine.ts'

const head = 'apiVersion: skep.dev/v1\nkind: Decap\nspec:\n'

function problems(spec: string): string[] {
  try {
    parseDecapConfig('decap.yaml', head + spec)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n')
  }
}

test('what has to be written, and what the rest is then', () => {
  const spec = parseDecapConfig(
    'decap.yaml',
    `${head}  devices: [eth0]\n  sources: [10.255.0.0/16, "fd00:ff::/32"]\n  vips: [192.0.2.10, "2001:DB8::/64"]\n`,
  )
  expect(spec).toEqual({
    devices: ['eth0'],
    acceleration: 'best-effort',
    dispatch: ['ipip'],
    sources: ['10.255.0.0/16', 'fd00:ff::/32'],
    addresses: [],
    vips: ['192.0.2.10/32', '2001:db8::/64'],
    flows: 65_536,
    timeoutSeconds: { tcp: 21_600, closing: 60, reset: 10, udp: 300 },
  })
})

test('any service address, for IPIP alone', () => {
  const any = '  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: any\n'
  expect(parseDecapConfig('decap.yaml', head + any).vips).toEqual(['0.0.0.0/0', '::/0'])
  expect(problems(`${any}  dispatch: [ipip, opt]\n`)).toEqual([
    'decap.yaml:6:9: spec.vips: is any address, and dispatch has opt: then any client could make this host answer in any name; write the service addresses',
  ])
})

test('options need no source: their packets come from clients', () => {
  expect(problems('  devices: [eth0]\n  dispatch: [opt]\n  vips: [192.0.2.10]\n')).toEqual([])
})

test.each([
  ['  devices: [eth0]\n  vips: [192.0.2.10]\n', /spec\.sources: nothing here, so that no IPIP is accepted/],
  ['  devices: [eth0]\n  sources: ["::/0"]\n  vips: [192.0.2.10]\n', /:5:13: spec\.sources\[0\]: "::\/0" is everybody/],
  [
    '  devices: [eth0]\n  sources: [10.255.0.1/16]\n  vips: [192.0.2.10]\n',
    /spec\.sources\[0\]: "10\.255\.0\.1\/16" has bits set beyond its length; write 10\.255\.0\.0\/16/,
  ],
  ['  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: [web]\n', /spec\.vips\[0\]: "web" is not a prefix/],
  [
    '  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: some\n',
    /spec\.vips: "some" is not a list of prefixes, nor the word any/,
  ],
  [
    '  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: []\n',
    /spec\.vips: nothing here; write the service addresses/,
  ],
  [
    '  devices: [eth0]\n  dispatch: [ipip, option]\n  sources: [10.255.0.0/16]\n  vips: any\n',
    /spec\.dispatch\[1\]: "option" is not known/,
  ],
  ['  devices: [eth0]\n  dispatch: []\n  vips: any\n', /spec\.dispatch: \[\] leaves nothing to do/],
  [
    '  devices: [eth0]\n  source: [10.255.0.0/16]\n  vips: any\n',
    /spec\.source: unknown key; did you mean "sources"\?/,
  ],
  [
    '  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: any\n  flows: 12\n',
    /spec\.flows: 12 is not a number of flows; write a whole number from 1024/,
  ],
  [
    '  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: any\n  addresses: [127.0.0.1]\n',
    /spec\.addresses\[0\]: "127\.0\.0\.1" is a loopback address/,
  ],
])('%s', (spec, message) => {
  expect(problems(spec)).toEqual([expect.stringMatching(message)])
})

test('the configuration of a load balancer is none of a backend', () => {
  expect(() => parseDecapConfig('lb.yaml', 'apiVersion: skep.dev/v1\nkind: LoadBalancer\n')).toThrow(
    /lb\.yaml:2:7: kind: "LoadBalancer" is not known/,
  )
})

test('the example is valid, and says what the defaults are', () => {
  const text = readFileSync(new URL('../../../../examples/decap.yaml', import.meta.url), 'utf8')
  const spec = parseDecapConfig('decap.yaml', text)
  const least = parseDecapConfig(
    'decap.yaml',
    `${head}  devices: [eth0]\n  sources: [10.255.0.0/16]\n  vips: [192.0.2.10]\n`,
  )
  const { sources, vips, dispatch, ...defaults } = spec
  expect(least).toMatchObject(defaults)
  expect([sources.length, vips.length, dispatch]).toEqual([2, 2, ['ipip', 'opt']])
})

test('a tunnel is refused as a device', () => {
  const links = [
    { name: 'eth0', type: 'ether' },
    { name: 'wg0', type: 'none' },
  ] as const
  expect(framesAreEthernet(links)({ spec: { devices: ['eth0', 'wg0'] } })).toEqual([
    { path: ['spec', 'devices', 1], message: expect.stringContaining('"wg0" has no Ethernet frames') },
  ])
})
