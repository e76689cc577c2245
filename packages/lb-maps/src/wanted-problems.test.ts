import { describe, expect, test } from '@jest/globals'
import { desired, one, table, web } from '../test/wanted.ts'
import type { Backend, Desired, Frontend, Service } from './service.ts'
import { checkDesired } from './wanted.ts'

describe('what is wrong is named with its place, its value and what would be right', () => {
  const backends = (backend: Partial<Record<keyof Backend, unknown>>): Desired =>
    desired({ backends: [{ ...one, ...backend } as Backend] })
  const frontends = (frontend: Partial<Record<keyof Frontend, unknown>>): Desired =>
    desired({ frontends: [{ ...web, ...frontend } as Frontend] })

  test.each<[string, Desired, string, string]>([
    ['a bad frontend address', frontends({ address: '10.0.0.256' }), 'frontends[0].address', '256 is over 255'],
    ['a frontend address that is no text', frontends({ address: 7 }), 'frontends[0].address', '7 is not text'],
    ['port 0 of a backend', backends({ port: 0 }), 'backends[0].port', '0 must be a whole number from 1 to 65535'],
    ['a port over 65535', backends({ port: 65536 }), 'backends[0].port', '65536 must be a whole number'],
    ['half a port', backends({ port: 80.5 }), 'backends[0].port', '80.5 must be a whole number'],
    ['an unknown protocol', frontends({ protocol: 'SCTP' }), 'frontends[0].protocol', "use 'TCP' or 'UDP'"],
    ['weight -1', backends({ weight: -1 }), 'backends[0].weight', '-1 must be a whole number from 0'],
    ['too great a weight', backends({ weight: 256 }), 'backends[0].weight', 'to 255'],
    [
      'a bad backend address',
      backends({ address: 'localhost' }),
      'backends[0].address',
      'a name is not looked up here',
    ],
    [
      'a v6 backend of a v4 frontend',
      backends({ address: 'fd00::1' }),
      'backends[0].address',
      "both must be of one family, for only mode 'dsr-ipip'",
    ],
    ['no frontend', desired({ frontends: [] }), 'frontends', 'a service needs an address'],
    ['a ring that is no power of two', desired({ ringSize: 1000 }), 'ringSize', 'a power of two from 128 to 8388608'],
    ['a ring that is too small', desired({ ringSize: 64 }), 'ringSize', '64 must be a power of two from 128'],
    [
      'an unknown algorithm',
      desired({ algorithm: 'rr' as 'maglev' }),
      'algorithm',
      "\"rr\" is not known; use 'maglev' or 'random'",
    ],
  ])('%s', (_, input, path, message) => {
    const [first, ...rest] = checkDesired(input)
    expect(rest).toEqual([])
    expect(first?.path).toBe(`services[0].${path}`)
    expect(first?.message).toContain(message)
  })

  test.each<[string, Partial<Service>, string, string]>([
    ['an unknown mode', { mode: 'dsr' as 'snat' }, 'mode', "use 'snat', 'dsr-ipip', 'dsr-l2' or 'dsr-option'"],
    [
      'another port in a tunnel',
      { mode: 'dsr-ipip' },
      'backends[0].port',
      "8080 must be the frontend's, 80: mode 'dsr-ipip'",
    ],
    ['another port by the MAC', { mode: 'dsr-l2' }, 'backends[0].port', 'hands packets over as they are'],
    [
      'another family by the MAC',
      { mode: 'dsr-l2', backends: [{ address: 'fd00::1', port: 80 }] },
      'backends[0].address',
      "only mode 'dsr-ipip' carries packets of one inside the other",
    ],
    [
      'another family with the option',
      { mode: 'dsr-option', backends: [{ address: 'fd00::1', port: 80 }] },
      'backends[0].address',
      'both must be of one family',
    ],
    ['a port where the frontend takes any', { frontends: [{ ...web, port: 0 }] }, 'backends[0].port', '8080 must be 0'],
    ['affinity at random', { algorithm: 'random', sessionAffinity: { timeoutSeconds: 9 } }, 'algorithm', 'cannot keep'],
    [
      'affinity for longer than records can tell',
      { sessionAffinity: { timeoutSeconds: 86400 } },
      'sessionAffinity.timeoutSeconds',
      'from 1 to 32767',
    ],
    ['no idle time', { idleSeconds: 0 }, 'idleSeconds', '0 must be a whole number from 1 to 32767'],
    ['half a drain time', { drainSeconds: 0.5 }, 'drainSeconds', '0.5 must be a whole number from 0'],
    ['QUIC over TCP', { quic: true }, 'quic', 'is about UDP, and no frontend is UDP'],
    ['an unknown end', { onFailure: 'drop' as 'keep' }, 'onFailure', "use 'keep' or 'reset'"],
    ['no records', { records: 0 }, 'records', '0 must be a whole number from 1'],
    [
      'an unknown state',
      { backends: [{ ...one, state: 'up' as 'active' }] },
      'backends[0].state',
      "use 'active', 'failed' or 'gone'",
    ],
    ['a time that is none', { backends: [{ ...one, addedAt: NaN }] }, 'backends[0].addedAt', 'seconds since 1970'],
  ])('%s', (_, service, path, message) => {
    const [first, ...rest] = checkDesired(desired(service))
    expect(rest).toEqual([])
    expect(first?.path).toBe(`services[0].${path}`)
    expect(first?.message).toContain(message)
  })

  test.each<[string, Partial<Service>]>([
    [
      'v6 backends of a v4 frontend, and frontends of both, in a tunnel',
      {
        mode: 'dsr-ipip',
        frontends: [web, { ...web, address: '2001:db8::1' }],
        backends: [
          { address: 'fd00::1', port: 80 },
          { address: '172.16.0.1', port: 80 },
        ],
      },
    ],
    ['another port with the option', { mode: 'dsr-option' }],
    ['any port', { mode: 'dsr-l2', frontends: [{ ...web, port: 0 }], backends: [{ ...one, port: 0 }] }],
    ['HTTP by TCP and QUIC', { quic: true, frontends: [web, { ...web, protocol: 'UDP' }] }],
  ])('and what is right is taken: %s', (_, service) => {
    expect(checkDesired(desired(service))).toEqual([])
  })

  test.each<[Partial<Service>, readonly (4 | 6)[], number]>([
    [{ mode: 'snat' }, [4], 1],
    [{ mode: 'dsr-ipip' }, [], 1],
    [{ mode: 'dsr-ipip' }, [6], 1],
    [{ mode: 'dsr-ipip' }, [4], 0],
    [{ mode: 'dsr-l2' }, [], 0],
    [{ mode: 'dsr-option' }, [], 0],
  ])('who lacks an own address towards it: %j with tunnel prefixes %j', (service, tunnelPrefixes, lacking) => {
    const backends = [{ ...one, port: 80 }]
    const input = { ...desired({ ...service, backends }), sources: new Map(), program: { tunnelPrefixes } }
    expect(table(input).withoutSource).toHaveLength(lacking)
  })

  test('frontends of two families in one service', () => {
    const [first, ...rest] = checkDesired(
      desired({ frontends: [web, { ...web, address: '2001:db8::1' }], backends: [] }),
    )
    expect(rest).toEqual([])
    expect(first).toEqual({
      path: 'services[0].frontends[1].address',
      message: '"2001:db8::1" is of another family than 10.0.0.1; make two services, one for IPv4 and one for IPv6',
    })
  })

  test('a frontend twice, however it is written', () => {
    const v6 = (address: string): Service => {
      return { name: 'six', frontends: [{ ...web, address }], backends: [] }
    }
    const services = [v6('2001:db8::1'), v6('2001:DB8:0::1')]
    expect(checkDesired({ services, sources: new Map() })).toEqual([
      {
        path: 'services[1].frontends[0]',
        message: '[2001:db8::1]:80/TCP is already services[0].frontends[0]; a frontend belongs to one service',
      },
    ])
  })

  test('the same port of another protocol is another frontend', () => {
    expect(checkDesired(desired({ frontends: [web, { ...web, protocol: 'UDP' }] }))).toEqual([])
  })

  test('a backend twice', () => {
    const backends = [one, { ...one, port: 1 }, { ...one, weight: 3 }]
    expect(checkDesired(desired({ backends }))).toEqual([
      {
        path: 'services[0].backends[2]',
        message: '172.16.0.1:8080 is already services[0].backends[0]; give it once, with a weight',
      },
    ])
  })

  test('more backends than slots', () => {
    const backends = Array.from({ length: 129 }, (_, i) => ({ ...one, port: 1 + i }))
    expect(checkDesired(desired({ backends, ringSize: 128 }))[0]?.message).toBe(
      '128 is less than a slot for each of 129 backends; leave it out, or give about 100 a backend',
    )
  })

  test('more backends than numbers', () => {
    const backends = Array.from({ length: 16384 }, (_, i) => ({
      address: `172.16.0.${1 + (i >> 15)}`,
      port: 1 + (i & 32767),
    }))
    expect(checkDesired(desired({ backends }))).toEqual([
      { path: 'services[0].backends', message: '16384 are more than the 16383 that a service can have' },
    ])
  })

  test('an own address that is a service’s', () => {
    expect(checkDesired(desired({}, { '172.16.0.1': '10.0.0.1' }))).toEqual([
      {
        path: 'sources["172.16.0.1"]',
        message:
          '"10.0.0.1" is the address of 10.0.0.1:80/TCP; packets to backends need an own address that is no service\'s',
      },
    ])
  })

  test('an own address may be a service’s at ports that no reply comes to', () => {
    const both = (port: number, natPorts = { min: 32_768, max: 65_535 }): string[] => {
      const frontends = [{ address: '10.0.0.1', port, protocol: 'TCP' as const }]
      const backends = [{ address: '172.16.0.1', port }]
      const wanted = { ...desired({ frontends, backends }, { '172.16.0.1': '10.0.0.1' }), program: { natPorts } }
      return checkDesired(wanted).map(({ path }) => path)
    }
    const refused = ['sources["172.16.0.1"]']
    expect([both(30_080), both(32_767), both(32_768), both(65_535), both(0)]).toEqual([
      [],
      [],
      refused,
      refused,
      refused,
    ])
    expect(both(80, { min: 1024, max: 2048 })).toEqual([])
  })

  test('the host’s addresses: none, and a service’s', () => {
    const hostAddresses = ['eth0', '10.0.0.1', '10.0.0.9']
    expect(checkDesired({ ...desired({}), hostAddresses }).map(({ path }) => path)).toEqual([
      'hostAddresses[0]',
      'hostAddresses[1]',
    ])
    const program = { natPorts: { min: 32_768, max: 65_535 } }
    expect(checkDesired({ ...desired({}), hostAddresses: ['10.0.0.1'], program })).toEqual([])
  })

  test('an own address that is none', () => {
    expect(checkDesired(desired({}, { '172.16.0.9': 'eth0' }))[0]?.path).toBe('sources["172.16.0.9"]')
  })

  test('everything at once, in the order of the input', () => {
    const input = desired({
      frontends: [{ ...web, port: -1 }],
      backends: [
        { ...one, port: -1 },
        { ...one, weight: 0.5 },
      ],
    })
    expect(checkDesired(input).map(({ path }) => path)).toEqual([
      'services[0].frontends[0].port',
      'services[0].backends[0].port',
      'services[0].backends[1].weight',
    ])
  })
})
