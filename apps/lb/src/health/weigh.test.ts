import { describe, expect, test } from '@jest/globals'
import type { ServiceHealth } from '@skep/lb-health'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import type { BackendState } from '../config/state.ts'
import { checksOf } from './checks.ts'
import { startingAs } from './adopted.ts'
import { weigh } from './weigh.ts'

const config = parseConfig(
  'lb.yaml',
  `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  snat: { sources: ["2001:db8:1::1"] }
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: "2001:db8::10", port: 80 }]
      healthCheck: { tcp: {} }
      backends:
        - { address: 10.1.0.11, port: 8080, weight: 3 }
        - { address: 10.1.0.12, port: 8080 }
        - { address: "2001:db8:1::11", port: 8080, weight: 255 }
    - name: dns
      frontends: [{ address: 192.0.2.10, port: 53, protocol: UDP }]
      backends: [{ address: 10.1.0.11, port: 8080 }]
`,
)

function decision(service: string, shares: Readonly<Record<string, number>>): ServiceHealth {
  const backends = Object.entries(shares).map(([address, share]) => ({
    address,
    port: 8080,
    status: 'up' as const,
    usable: share > 0,
    share,
    connections: 'keep' as const,
  }))
  return { service, panic: false, up: 0, counted: 0, backends }
}

function weights(decisions: readonly ServiceHealth[]): number[][] {
  return weigh(config, decisions).services.map(({ backends }) => backends.map(({ weight }) => weight))
}

test('families are checked apart, each from an own address of its family', () => {
  expect(checksOf(config).map(({ name, frontends, sources }) => [name, frontends, sources])).toEqual([
    ['web/ipv4', ['192.0.2.10:80/TCP'], { ipv4: undefined, ipv6: '2001:db8:1::1' }],
    ['web/ipv6', ['[2001:db8::10]:80/TCP'], { ipv4: undefined, ipv6: '2001:db8:1::1' }],
  ])
})

test('what nothing is known of keeps its weight', () => {
  expect(weights([])).toEqual([[3, 1, 255], [1]])
  expect(weights([decision('web/ipv4', { '10.1.0.99': 0 }), decision('gone/ipv4', { '10.1.0.11': 0 })])).toEqual([
    [3, 1, 255],
    [1],
  ])
})

test('a backend that is down has weight 0, in its own service alone', () => {
  expect(weights([decision('web/ipv4', { '10.1.0.11': 0, '10.1.0.12': 1 })])).toEqual([[0, 1, 255], [1]])
})

test('a slow start scales the weights of its family, so that a tenth of weight 1 is a weight', () => {
  expect(weights([decision('web/ipv4', { '10.1.0.11': 1, '10.1.0.12': 0.1 })])).toEqual([[30, 1, 255], [1]])
  expect(weights([decision('web/ipv6', { '2001:db8:1::11': 0.9 })])).toEqual([[3, 1, 2295], [1]])
})

test('until the first result a backend counts as what the tables have it as', () => {
  const tables = new Map([
    ['192.0.2.10:80/TCP 10.1.0.11:8080', false],
    ['192.0.2.10:80/TCP 10.1.0.12:8080', true],
  ])
  const checks = startingAs(checksOf(config), (frontend, backend) => tables.get(`${frontend} ${backend}`))
  expect(checks.map(({ backends }) => backends.map(({ initial }) => initial))).toEqual([['down', 'up'], [undefined]])
})

describe('states', () => {
  const stateful = (first: BackendState, second: BackendState): Config => {
    const [web] = config.services
    const [a, b] = web!.backends
    return {
      ...config,
      services: [
        {
          ...web!,
          backends: [
            { ...a!, state: first },
            { ...b!, state: second },
          ],
        },
      ],
    }
  }
  const weighed = (first: BackendState, second: BackendState, decisions: readonly ServiceHealth[] = []) =>
    weigh(stateful(first, second), decisions).services[0]!.backends.map(({ weight }) => weight)
  const health = (first: 'up' | 'down', second: 'up' | 'down'): ServiceHealth[] => {
    const known = decision('web/ipv4', { '10.1.0.11': first === 'up' ? 1 : 0, '10.1.0.12': second === 'up' ? 1 : 0 })
    return [{ ...known, backends: known.backends.map((one, i) => ({ ...one, status: [first, second][i]! })) }]
  }

  test('only active backends get new connections', () => {
    for (const state of ['terminating', 'quarantined', 'maintenance'] as const)
      expect([weighed(state, 'active'), weighed('active', state)]).toEqual([
        [0, 1],
        [3, 0],
      ])
  })

  test('terminating ones are used where no active backend is left, if they still serve', () => {
    expect(weighed('terminating', 'maintenance')).toEqual([3, 0])
    expect(weighed('terminating', 'active', health('up', 'down'))).toEqual([3, 0])
    expect(weighed('terminating', 'active', health('up', 'up'))).toEqual([0, 1])
    expect(weighed('terminating', 'active', health('down', 'down'))).toEqual([0, 0])
    expect(weighed('quarantined', 'maintenance')).toEqual([0, 0])
  })

  test('who is not active is checked, but does not count', () => {
    const [check] = checksOf(stateful('maintenance', 'active'))
    expect(check?.backends.map(({ weight }) => weight)).toEqual([0, 1])
  })
})
