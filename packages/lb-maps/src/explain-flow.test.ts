import { describe, expect, test } from '@jest/globals'
import { someServices } from '../test/contract.ts'
import { sizes, testKey } from '../test/maps.ts'
import { outcome } from '../test/packet.ts'
import { packetsFor } from '../test/traffic.ts'
import { formatWords } from './address.ts'
import { LbMapsError } from './error.ts'
import { explainFlow } from './explain-flow.ts'
import { explainPlan } from './explain-plan.ts'
import { type Flow } from './flow-key.ts'
import { shares } from './shares.ts'
import { PROTOCOL_TCP } from './layout.ts'
import { memoryMaps } from './maps.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Frontend } from './service.ts'

const web: Frontend = { address: '10.0.0.1', port: 80, protocol: 'TCP' }
const flow: Flow = { client: '198.51.100.7', clientPort: 40000, ...web }

function loaded(backends: number): ServiceMaps {
  const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
  services.reconcile(someServices(backends))
  return services
}

describe('a flow', () => {
  test('goes where a packet goes', () => {
    const { maps } = loaded(10)
    for (const packet of packetsFor([someServices(10)], 20).filter(({ port }) => port > 0)) {
      const {
        outcome: to,
        member,
        source,
      } = explainFlow(maps, {
        client: formatWords(packet.client, 0, packet.family),
        clientPort: packet.clientPort,
        address: formatWords(packet.address, 0, packet.family),
        port: packet.port,
        protocol: packet.protocol === PROTOCOL_TCP ? 'TCP' : 'UDP',
      })
      const reached = outcome(maps, packet)
      expect([to, member && `${member.address} ${member.port}`, source]).toEqual([
        reached.verdict === 'backend' ? 'member' : reached.verdict,
        reached.backend,
        reached.source,
      ])
    }
  })

  test('says why, a decision a line', () => {
    const { why, ring, member } = explainFlow(loaded(10).maps, flow)
    expect(why).toEqual([
      "10.0.0.1:80/TCP is service 1, in the key's first bucket",
      `the client's address and port, the service's port and the protocol hash to slot ${ring?.slot} of 1024`,
      `slot ${ring?.slot} holds member number ${member?.number}, which is id ${member?.id}: ${member?.address}:8080`,
      'the backend sees 192.168.0.1 as the client',
    ])
  })

  test('to what is no service passes', () => {
    const { maps } = loaded(10)
    expect(explainFlow(maps, { ...flow, port: 81 })).toEqual({
      outcome: 'no-service',
      why: ['10.0.0.1:81/TCP is not in the service table: the packet passes untouched'],
    })
    expect(explainFlow(maps, { ...flow, protocol: 'UDP' }).outcome).toBe('no-service')
  })

  test('to a service without backends is dropped', () => {
    const { outcome: to, why } = explainFlow(loaded(10).maps, { ...flow, client: 'fd00::7', address: '2001:db8::2' })
    expect(to).toBe('no-backend')
    expect(why[1]).toContain('it has no backend with a weight')
  })

  test('from what is not an address of the family is refused', () => {
    const { maps } = loaded(10)
    expect(() => explainFlow(maps, { ...flow, client: 'fd00::7' })).toThrow(LbMapsError)
    expect(() => explainFlow(maps, { ...flow, address: 'web' })).toThrow('"web" is not an address')
  })
})

describe('shares', () => {
  test('of all members make the ring', () => {
    const all = shares(loaded(10).maps, web)
    expect(all).toHaveLength(10)
    expect(all.reduce((sum, { slots }) => sum + slots, 0)).toBe(1024)
    expect(all.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    expect(all[0]).toMatchObject({ port: 8080, slots: 103 })
  })

  test('are none where there is no ring or no service', () => {
    const { maps } = loaded(10)
    expect(shares(maps, { ...web, address: '2001:db8::2' })).toEqual([])
    expect(shares(maps, { ...web, port: 1 })).toEqual([])
  })
})

test('a plan says what it moves, service by service', () => {
  const services = loaded(2)
  const next = someServices(2)
  const [first, second, ...rest] = next.services
  const lines = explainPlan(
    services.preview({
      ...next,
      services: [
        { ...first!, frontends: [first!.frontends[0]!], backends: [first!.backends[0]!] },
        { ...second!, ringSize: 2048 },
        { ...first!, frontends: [{ ...web, port: 8080 }], backends: [{ address: '172.31.0.1', port: 1 }] },
        ...rest,
      ],
    }),
  )
  expect(lines).toEqual([
    '10.0.0.2:80/TCP: removed with 2 members',
    '10.0.0.1:80/TCP: +0 −1 members, 50.0 % of the ring moves (1024 slots)',
    expect.stringMatching(/^10\.0\.0\.1:53\/UDP: \+0 −0 members, \d+\.\d % of the ring moves \(1024 → 2048 slots\)$/),
    '10.0.0.1:8080/TCP: added with 1 member on 0 slots',
    'services[2].backends[0].address: 172.31.0.1 takes no connections: there is no own address towards it',
  ])
  expect(explainPlan(services.preview(next))).toEqual([])
})
