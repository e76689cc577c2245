import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import { ConfigError } from '@skep/config-file'
import { bgpFiles } from './rules.ts'

function complaints(bgp: string, service = ''): string[] {
  const text = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
${bgp}
  services:
    - { name: web, frontends: [{ address: 192.0.2.10, port: 80 }], backends: []${service} }
`
  try {
    parseConfig('lb.yaml', text, { machine: [bgpFiles] })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`)
  }
}

const bgp = (peers: string, more = '') => `  bgp: { asn: 65001, routerId: 10.0.0.1${more}, peers: [${peers}] }`
const tor = 'name: tor, address: 10.0.0.254, asn: 65000'

test('what is right is taken', () => {
  const unnumbered = ['eth0', 'eth1'].map(
    (device) => `{ name: ${device}, address: auto, device: ${device}, asn: 65000 }`,
  )
  expect(complaints(bgp(unnumbered.join(', ')))).toEqual([])
  expect(complaints(bgp(`{ ${tor} }`), ', bgp: { peers: [tor], localPref: 10 }')).toEqual([])
})

test.each([
  [bgp(`{ ${tor}, holdTime: 2 }`), '', 'spec.bgp.peers[0].holdTime: 2 is not a hold time'],
  [bgp(`{ ${tor}, holdtime: 9 }`), '', 'spec.bgp.peers[0].holdtime: unknown key; did you mean "holdTime"?'],
  [bgp(`{ ${tor} }, { ${tor} }`), '', 'spec.bgp.peers[1].name: "tor" is that of spec.bgp.peers[0] too'],
  [bgp(`{ ${tor}, multihop: 3, ttlSecurity: 2 }`), '', 'spec.bgp.peers[0].ttlSecurity: says how far the peer is'],
  [bgp(`{ name: tor, address: 10.0.0.254, asn: 65001, multihop: 3 }`), '', 'multihop: is for peers in other ASes'],
  [
    bgp(`{ name: tor, address: auto, asn: 65000 }`),
    '',
    'peers[0].address: is to be learnt from the router on a device',
  ],
  [
    bgp('{ name: a, address: auto, device: eth0, asn: 65000 }, { name: b, address: auto, device: eth0, asn: 65000 }'),
    '',
    'spec.bgp.peers[1].address: "auto on eth0" is that of spec.bgp.peers[0] too',
  ],
  [bgp(`{ name: tor, address: 224.0.0.5, asn: 65000 }`), '', '"224.0.0.5" is a multicast address'],
  [bgp(`{ name: tor, address: "fe80::1", asn: 65000 }`), '', '"fe80::1" is link-local; say with device where it is'],
  [bgp(`{ ${tor}, sourceAddress: "2001:db8::1" }`), '', 'sourceAddress: "2001:db8::1" is of another family'],
  [bgp(`{ ${tor} }`, ', services: [wep]'), '', 'spec.bgp.services[0]: "wep": no such service; did you mean "web"?'],
  [bgp(`{ ${tor} }`), ', bgp: { peers: [spine] }', 'spec.services[0].bgp.peers[0]: "spine": no such peer'],
  [bgp(`{ ${tor} }`), ', bgp: { communities: ["70000:1"] }', '"70000:1" is not a community'],
  ['', ', bgp: { med: 1 }', 'spec.services[0].bgp: says how it is announced, but there is no spec.bgp'],
  [bgp(`{ ${tor}, passwordFile: /nowhere }`), '', '"/nowhere" cannot be read (ENOENT); write a file with the password'],
])('%s%s', (text, service, expected) => {
  expect(complaints(text, service).join('\n')).toContain(expected)
})

test('a password is the first line of its file', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const file = join(folder.path, 'password')
  const found = (text: string) => {
    writeFileSync(file, text)
    return complaints(bgp(`{ ${tor}, passwordFile: ${file} }`))
  }
  expect(found('secret\n')).toEqual([])
  expect(found('\n').join()).toContain('is empty; write the password into its first line')
  expect(found('x'.repeat(81)).join()).toContain('has more than 80 bytes in its first line')
})
