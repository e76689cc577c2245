import { expect, test } from '@jest/globals'
import { natEntryCodec, type NatEntry, NatState } from '@skep/datapath/lb-xdp'
import { memoryMaps, ServiceMaps, sizeMaps } from '@skep/lb-maps'
import { parse } from 'yaml'
import { parseConfig } from '../config/load.ts'
import { type NatMaps, programConfig } from '@skep/lb-engine'
import { servicesOf } from '../config/model.ts'
import { Declared } from '../status/last-config.ts'
import { connectionColumns, type ConnectionFilter, connections, type ConnectionSource } from './connections.ts'
import { parseEndpointPattern } from './endpoint.ts'
import { Limited } from './limit.ts'
import { renderStream } from './stream.ts'

const HZ = 100
const config = parseConfig(
  'lb.yaml',
  `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 8080 }]
    - name: dns
      frontends: [{ address: "2001:db8::53", port: 53, protocol: UDP }]
      backends: [{ address: "fd00::11", port: 53 }]
`,
)
const sources = new Map([
  ['10.1.0.11', '10.1.0.1'],
  ['fd00::11', 'fd00::1'],
])

function source(entries: readonly Partial<NatEntry>[]): ConnectionSource {
  const { maps } = ServiceMaps.adopt(memoryMaps(sizeMaps({ services: 4, backends: 4 }).tables, { key0: 1n, key1: 2n }))
  ServiceMaps.adopt(maps).reconcile({ services: servicesOf(config), sources })
  const words = Math.max(8, entries.length)
  const [flows, bytes] = [new BigUint64Array(words), new ArrayBuffer(64 * words)]
  entries.forEach((entry, i) => {
    flows[i] = (BigInt(i) << 32n) | 0xabcn
    natEntryCodec.write(new DataView(bytes), 64 * i, { ...blank, ...entry })
  })
  return {
    tables: { natFlows: mapped(flows.buffer), natEntries: mapped(bytes) },
    maps,
    config: programConfig(config, HZ),
    declared: new Declared(config),
    jiffies: 1000n * BigInt(HZ),
  }
}

function mapped(buffer: ArrayBuffer): NatMaps['natFlows'] {
  return { mmap: () => ({ buffer, elementSize: 64, close: () => {}, [Symbol.dispose]: () => {} }) as never }
}

const blank: NatEntry = {
  ...natEntryCodec.read(new DataView(new ArrayBuffer(64)), 0),
  client: [0xc6336407, 0, 0, 0],
  clientPort: 40000,
  backend: [0x0a01000b, 0, 0, 0],
  backendPort: 8080,
  natPort: 20000,
  protocol: 6,
  family: 2,
  state: NatState.NAT_ESTABLISHED,
  service: 1,
  member: 1,
  source: 1,
  lastSeen: 990 * HZ,
  generation: 1,
}
const v6: Partial<NatEntry> = {
  client: [0x20010db8, 0xc0000, 0, 7],
  backend: [0xfd000000, 0, 0, 0x11],
  backendPort: 53,
  protocol: 17,
  family: 10,
  service: 2,
  member: 2,
  source: 2,
  state: NatState.NAT_OPENING,
}

test('a connection as it is', () => {
  expect([...connections(source([{}]))]).toEqual([
    {
      protocol: 'TCP',
      client: '198.51.100.7:40000',
      frontend: '192.0.2.10:80/TCP',
      service: 'web',
      backend: '10.1.0.11:8080',
      source: '10.1.0.1:20000',
      state: 'established',
      idleSeconds: 10,
      expiresSeconds: 7430,
      member: 1,
    },
  ])
  expect([...connections(source([v6]))]).toMatchObject([
    { protocol: 'UDP', client: '[2001:db8:c::7]:40000', service: 'dns', source: '[fd00::1]:20000', state: 'opening' },
  ])
})

test('one of an earlier owner of its id names no frontend', () => {
  expect([...connections(source([{ generation: 7 }]))]).toMatchObject([{ frontend: null, service: null }])
})

const all = [{}, { clientPort: 40001, state: NatState.NAT_TIME_WAIT }, v6]
test.each<[string, ConnectionFilter, number[]]>([
  ['nothing', {}, [0, 1, 2]],
  ['a client', { client: parseEndpointPattern('--client', '198.51.100.7') }, [0, 1]],
  ['a network', { client: parseEndpointPattern('--client', '2001:db8::/32') }, [2]],
  ['a client and port', { client: parseEndpointPattern('--client', '198.51.100.7:40001') }, [1]],
  ['a backend and port', { backend: parseEndpointPattern('--backend', '[fd00::11]:53') }, [2]],
  ['another port', { backend: parseEndpointPattern('--backend', '[fd00::11]:54') }, []],
  ['a service by name', { service: 'web' }, [0, 1]],
  ['a service by frontend', { service: '[2001:DB8::53]:53/udp' }, [2]],
  ['a frontend without protocol', { service: '192.0.2.10:80' }, [0, 1]],
  ['a service that is not there', { service: 'wbe' }, []],
  ['states', { states: ['opening', 'closed'] }, [1, 2]],
])('filtered by %s', (_what, filter, wanted) => {
  const rows = [...connections(source(all))]
  expect([...connections(source(all), filter)]).toEqual(wanted.map((i) => rows[i]))
})

test('an option that is no address says what would be one', () => {
  expect(() => parseEndpointPattern('--client', '10.0.0.300')).toThrow(/^--client "10.0.0.300": .*10\.0\.0\.0\/24/)
  expect(() => parseEndpointPattern('--client', '10.0.0.1:70000')).toThrow('70000 is no port')
})

test('each format, row by row', () => {
  const rows = () => connections(source(all))
  const print = (format: 'table' | 'json' | 'yaml') => [...renderStream(rows(), connectionColumns, format)].join('')
  expect(JSON.parse(print('json'))).toEqual([...rows()])
  expect(parse(print('yaml'))).toEqual([...rows()])
  expect(print('table').split('\n').slice(0, 2)).toEqual([
    'PROTO  CLIENT                 FRONTEND               BACKEND         STATE        IDLE',
    'TCP    198.51.100.7:40000     192.0.2.10:80/TCP      10.1.0.11:8080  established  10 s',
  ])
  expect(JSON.parse([...renderStream([], connectionColumns, 'json')].join(''))).toEqual([])
})

test('a limit says whether there was more', () => {
  const two = new Limited(all, 2)
  expect([[...two].length, two.more]).toEqual([2, true])
  const three = new Limited(all, 3)
  expect([[...three].length, three.more]).toEqual([3, false])
  expect([...new Limited(all, 0)]).toHaveLength(3)
})
