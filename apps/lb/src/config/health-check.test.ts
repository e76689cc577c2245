import { describe, expect, test } from '@jest/globals'
import { refusal, valid } from '../../test/config.ts'
import { parseConfig } from './load.ts'

describe('a health check', () => {
  const withCheck = (check: string) => valid.replace('      backends:', `      healthCheck: ${check}\n      backends:`)

  test('gets every default', () => {
    expect(parseConfig('lb.yaml', withCheck('{ http: { path: /healthz } }')).services[0]?.healthCheck).toEqual({
      http: { path: '/healthz', method: 'GET', expectedStatus: ['200-399'] },
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
    [
      '{ tcp: { port: 0 } }',
      '10:35: spec.services[0].healthCheck.tcp.port: 0 is not a port; write a whole number from 1 to 65535',
    ],
    [
      '{ tcp: {}, rise: 0 }',
      '10:37: spec.services[0].healthCheck.rise: 0 is not a number of passes; write a whole number from 1 to 100',
    ],
    [
      '{ tcp: {}, timeoutSeconds: 5 }',
      '10:47: spec.services[0].healthCheck.timeoutSeconds: 5 is longer than the interval; write at most 2',
    ],
    [
      '{ rise: 2 }',
      '10:20: spec.services[0].healthCheck: no kind of check; write one of tcp, http, https, tls, udp, grpc, script',
    ],
    [
      '{ tcp: {}, udp: { send: a } }',
      '10:36: spec.services[0].healthCheck.udp: tcp and udp in one check; write exactly one',
    ],
    [
      '{ tcp: { prot: 1 } }',
      '10:29: spec.services[0].healthCheck.tcp.prot: prot is not a key of a tcp check; it has port, send, ',
    ],
    [
      '{ script: { command: [/bin/true], user: root } }',
      '10:60: spec.services[0].healthCheck.script.user: "root" is not a user that a script may run as; write the name of one that is not root',
    ],
    [
      '{ script: { command: [/bin/true], env: { SKEP_CHECK_PORT: "1" } } }',
      '10:59: spec.services[0].healthCheck.script.env: SKEP_CHECK_PORT: "1" is no environment; write up to 64 NAME: "text", no name that begins with SKEP_CHECK_',
    ],
  ])('%s is refused', (check, message) => {
    const [line, ...more] = refusal(withCheck(check))
    expect(line).toContain(`lb.yaml:${message}`)
    expect(more).toEqual([])
  })

  test('each wrong part has a line of its own, beside those of the rest', () => {
    const text = withCheck('{ http: { path: healthz, method: POST } }').replace('port: 80\n', 'port: 65536\n')
    expect(refusal(text).map((line) => line.split(': ')[1])).toEqual([
      'spec.services[0].frontends[0].port',
      'spec.services[0].healthCheck.http.path',
      'spec.services[0].healthCheck.http.method',
    ])
  })
})
