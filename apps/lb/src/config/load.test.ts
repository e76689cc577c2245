import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { refusal, valid } from '../../test/config.ts'
import { loadConfig, parseConfig } from './load.ts'

const example = new URL('../../../../examples/lb.yaml', import.meta.url)

describe('a valid configuration', () => {
  test('gets every default', () => {
    expect(parseConfig('lb.yaml', valid)).toEqual({
      devices: ['eth0'],
      mode: 'snat',
      dsr: { dispatch: 'ipip', tunnelSources: [] },
      acceleration: 'best-effort',
      snat: { portRange: { from: 16384, to: 32767 }, sources: [] },
      capacity: {
        services: 1024,
        backends: 16384,
        connections: 262144,
        records: 262144,
        sourceRanges: 16384,
        rateLimitedClients: 65536,
        fragments: 4096,
      },
      hashKey: '736b65702e6465762f76312e68617368',
      services: [
        {
          name: 'web',
          frontends: [{ address: '192.0.2.10', port: 80, protocol: 'TCP' }],
          algorithm: 'maglev',
          backends: [
            { address: '10.1.0.11', port: 8080, weight: 1, state: 'active' },
            { address: '10.1.0.12', port: 8080, weight: 2, state: 'active' },
          ],
        },
      ],
    })
  })

  test('spells addresses canonically', () => {
    const text = valid.replace('192.0.2.10', '2001:DB8:0:0::10').replaceAll('10.1.0.1', '2001:db8:1::1')
    expect(parseConfig('lb.yaml', text).services[0]?.frontends[0]?.address).toBe('2001:db8::10')
  })

  test('may leave a service without backends, and share an address between protocols and ports', () => {
    const text = valid.replace(
      /frontends:[^]*/,
      'frontends: [{ address: 192.0.2.10, port: 53, protocol: UDP }, { address: 192.0.2.10, port: 53 }]\n      backends: []\n',
    )
    expect(refusal(text)).toEqual([])
  })

  test('is what the example has', () => {
    const config = loadConfig(example.pathname)
    expect(config.services.map(({ name }) => name)).toEqual(['web', 'dns'])
    expect(readFileSync(example, 'utf8')).toContain('acceleration: best-effort')
  })
})

test('the machine has its say beside all other rules', () => {
  const rule = () => [{ path: ['spec', 'devices', 0], message: 'no such device' }]
  expect(() => parseConfig('lb.yaml', valid.replace('port: 80\n', 'port: 65536\n'), { machine: [rule] })).toThrow(
    'lb.yaml:4:13: spec.devices[0]: no such device\nlb.yaml:9:17: spec.services[0].frontends[0].port: 65536 is not a port',
  )
})

test('whatever the text, it is a configuration or a ConfigError', () => {
  const lines = fc.array(
    fc.constantFrom(...valid.split('\n'), '- x', '  ? y', '&a', '*a', '{', ']', '!!map', '\t', ': :'),
  )
  fc.assert(
    fc.property(lines, (text) => expect(Array.isArray(refusal(text.join('\n')))).toBe(true)),
    { numRuns: 3 * (fc.readConfigureGlobal().numRuns ?? 100) },
  )
})
