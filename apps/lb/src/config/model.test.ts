import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import { backendAddresses, declaredMoments, usesFamily } from '@skep/lb-engine'
import { engineModel, servicesOf } from './model.ts'

const config = parseConfig(
  'lb.yaml',
  `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: "2001:db8::10", port: 80 }, { address: 192.0.2.10, port: 81 }]
      backends: [{ address: 10.1.0.11, port: 8080, weight: 3 }, { address: "2001:db8:1::11", port: 8080 }]
      records: 4096
    - name: dns
      frontends: [{ address: 192.0.2.10, port: 53, protocol: UDP }]
      backends: [{ address: 10.1.0.11, port: 53 }]
`,
)

test('a service of two families becomes one of each, with the backends of its family', () => {
  expect(
    servicesOf(config).map(({ name, frontends, backends }) => [
      name,
      frontends.map(({ address, port, protocol }) => `${address} ${port} ${protocol}`),
      backends.map(({ address, weight }) => `${address} ${weight}`),
    ]),
  ).toEqual([
    ['web', ['192.0.2.10 80 TCP', '192.0.2.10 81 TCP'], ['10.1.0.11 3']],
    ['web', ['2001:db8::10 80 TCP'], ['2001:db8:1::11 1']],
    ['dns', ['192.0.2.10 53 UDP'], ['10.1.0.11 1']],
  ])
})

test('records are those of each of its services', () => {
  expect(servicesOf(config).map(({ records }) => records)).toEqual([4096, 4096, undefined])
})

test('what the network must know', () => {
  const model = engineModel(config)
  expect(backendAddresses(model)).toEqual(['10.1.0.11', '2001:db8:1::11'])
  expect([usesFamily(model, 4), usesFamily(model, 6)]).toEqual([true, true])
})

test('declared times are seconds since 1970, in whatever zone they are written', () => {
  const timed = parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends:
        - { address: 10.1.0.11, port: 80, addedAt: 2030-01-31T14:00:00.7+02:00 }
        - { address: 10.1.0.12, port: 80, drainingSince: "2030-01-31T12:00:01Z" }
        - { address: 10.1.0.13, port: 80 }
`,
  )
  const noon = Date.UTC(2030, 0, 31, 12) / 1000
  expect(servicesOf(timed)[0]?.backends).toEqual([
    { address: '10.1.0.11', port: 80, weight: 1, addedAt: noon },
    { address: '10.1.0.12', port: 80, weight: 1, drainingSince: noon + 1 },
    { address: '10.1.0.13', port: 80, weight: 1 },
  ])
  expect(declaredMoments(engineModel(timed))).toEqual([noon, noon + 1])
})
