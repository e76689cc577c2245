import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { desiredSchema, healthCheckSchema } from '../index.ts'

/** Every complaint as `path: message`. */
function complaints(value: unknown): string[] {
  const parsed = healthCheckSchema.safeParse(value)
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('a health check', () => {
  test('needs no more than its kind', () => {
    expect(healthCheckSchema.parse({ http: {} })).toEqual({
      http: { method: 'GET', path: '/', expectedStatus: ['200-399'] },
      intervalSeconds: 2,
      timeoutSeconds: 1,
      rise: 2,
      fall: 3,
      slowStartSeconds: 0,
      jitter: 0.1,
      panicThreshold: 50,
      onFailure: 'keep',
      through: 'datapath',
    })
  })

  test.each([
    [{}, [': no kind of check; write one of tcp, http, https, tls, udp, grpc, script']],
    [{ tcp: {}, http: {} }, ['http: tcp and http in one check; write exactly one']],
    [{ tcp: { port: 70_000 } }, ['tcp.port: 70000 is not a port; write a whole number from 1 to 65535']],
    [{ tcp: {}, rise: 0 }, ['rise: 0 is not a number of passes; write a whole number from 1 to 100']],
    [{ tcp: {}, timeoutSeconds: 3 }, ['timeoutSeconds: 3 is longer than the interval; write at most 2']],
    [{ tcp: {}, onFailure: 'drop' }, ['onFailure: "drop" is not one of keep, reset']],
    [{ tcp: { expects: 'x' } }, ['tcp: expects is not a key of a tcp check; it has port, send, expect, reset']],
    [{ http: { path: 'healthz' } }, ['http.path: "healthz" is not a path; write / and printable ASCII without spaces']],
    [
      { http: { path: '/\r\nX: y' } },
      [String.raw`http.path: "/\r\nX: y" is not a path; write / and printable ASCII without spaces`],
    ],
    [
      { http: { expectedStatus: ['299-200'] } },
      ['http.expectedStatus.0: "299-200" is not a range of HTTP status codes; write 200 or "200-299"'],
    ],
    [
      { http: { method: 'HEAD', bodyContains: 'x' } },
      ['http.bodyContains: a HEAD request has no body; write method: GET'],
    ],
    [{ udp: {} }, ['udp.send: nothing is not what can be sent; write 1 to 1024 bytes of text, or { hex: 00ff… }']],
    [
      { script: { command: ['check.sh'] } },
      ['script.command: the program must be an absolute path: nothing else is the same in every environment'],
    ],
    [{ https: { verify: 'yes' } }, ['https.verify: "yes" is neither true nor false']],
  ])('%j is refused in words', (value, expected) => {
    expect(complaints(value)).toEqual(expected)
  })

  test('what it returns parses to itself', () => {
    const kinds = fc.constantFrom(
      { tcp: { send: 'a', expect: { hex: '00FF' } } },
      { http: { expectedStatus: [200, '300-310'], host: 'a.b:80' } },
      { https: { serverName: 'a.b', verify: true } },
      { udp: { send: { hex: 'ab' }, reply: 'optional' } },
      { grpc: { service: 'x', tls: {} } },
      { script: { command: ['/bin/true'], user: 'checks', env: { A: 'b' } } },
    )
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 100 }), (kind, rise) => {
        const once = healthCheckSchema.parse({ ...kind, rise })
        expect(healthCheckSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(JSON.parse(JSON.stringify(once)))
      }),
    )
  })

  test('no value makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof healthCheckSchema.safeParse(value).success).toBe('boolean')
        expect(desiredSchema.safeParse([{ name: 'x', check: value, backends: value }]).success).toBe(false)
      }),
    )
  })
})

test('the same backend or service twice is refused', () => {
  const backend = { address: '2001:DB8::1', port: 80 }
  const web = { name: 'web', check: { tcp: {} }, backends: [backend, { ...backend, address: '2001:db8:0::1' }] }
  const problems = (value: unknown) => desiredSchema.safeParse(value).error?.issues.map(({ message }) => message)
  expect(problems([web])).toEqual(['the same address and port twice; write each backend once'])
  expect(
    problems([
      { ...web, backends: [] },
      { ...web, backends: [] },
    ]),
  ).toEqual(['the same name twice; write each service once'])
})
