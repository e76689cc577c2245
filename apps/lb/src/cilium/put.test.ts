import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import type { PutService } from './model.ts'
import { claimedFindings, merged, withPut, withStates } from './put.ts'
import { serviceOf } from './translate.ts'

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
`,
)

function spec(id: number, ip: string, more: Partial<PutService> = {}): PutService {
  const backends = [{ ip: '10.1.0.11', port: 8080 }]
  return { id, 'frontend-address': { ip, port: 80, protocol: 'tcp' }, 'backend-addresses': backends, ...more }
}

function refusal(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    const { status, message } = error as { status: number; message: string }
    return [status, message]
  }
}

test('without a protocol a port is served for both, as Cilium 1.11 does', () => {
  expect(serviceOf(spec(1, '192.0.2.20', { 'frontend-address': { ip: '192.0.2.20', port: 53 } }))).toEqual({
    name: 'cilium:1',
    algorithm: 'maglev',
    frontends: ['TCP', 'UDP'].map((protocol) => ({ address: '192.0.2.20', port: 53, protocol })),
    backends: [{ address: '10.1.0.11', port: 8080, weight: 1, state: 'active' }],
  })
})

test('created, updated, in the order of their ids', () => {
  const two = withPut(withPut([], spec(2, '192.0.2.22'), config), spec(1, '192.0.2.21'), config)
  expect(two.map(({ id }) => id)).toEqual([1, 2])
  const updated = withPut(two, spec(2, '192.0.2.22', { 'backend-addresses': [] }), config)
  expect(merged(config, updated).services.map(({ name, backends }) => [name, backends.length])).toEqual([
    ['web', 1],
    ['cilium:1', 1],
    ['cilium:2', 0],
  ])
})

test.each<[string, PutService, number, string]>([
  ['id 0', spec(0, '192.0.2.21'), 500, 'invalid service ID 0'],
  [
    'an id with another frontend',
    spec(7, '192.0.2.21'),
    500,
    'service ID 7 is already registered to 192.0.2.77:80/TCP',
  ],
  ['another id for a frontend', spec(8, '192.0.2.77'), 460, '192.0.2.77:80/TCP is already registered with ID 7'],
  ["the file's frontend", spec(8, '192.0.2.10'), 460, 'belongs to the service "web" of the configuration file'],
  ['no frontend address', spec(8, ''), 460, 'frontend-address.ip: "" is not'],
  [
    'port 0',
    spec(8, '192.0.2.21', { 'frontend-address': { ip: '192.0.2.21', port: 0 } }),
    460,
    '.port: 0 is not a port',
  ],
  [
    'scope internal',
    spec(8, '192.0.2.21', { 'frontend-address': { ip: '192.0.2.21', port: 1, scope: 'internal' } }),
    460,
    'serves "external"',
  ],
  ['LocalRedirect', spec(8, '192.0.2.21', { flags: { type: 'LocalRedirect' } }), 460, 'use LoadBalancer'],
  ['NAT46', spec(8, '192.0.2.21', { flags: { natPolicy: 'Nat46' } }), 460, 'natPolicy "Nat46"'],
  [
    'weight',
    spec(8, '192.0.2.21', { 'backend-addresses': [{ ip: '10.0.0.1', port: 1, weight: 256 }] }),
    461,
    '256 is not a weight',
  ],
  ['family', spec(8, '192.0.2.21', { 'backend-addresses': [{ ip: 'fd00::1', port: 1 }] }), 461, 'of another family'],
  [
    'itself',
    spec(8, '192.0.2.21', { 'backend-addresses': [{ ip: '192.0.2.21', port: 1 }] }),
    461,
    'address of its own',
  ],
  [
    'twice',
    spec(8, '192.0.2.21', { 'backend-addresses': ['10.0.0.1', '10.0.0.1'].map((ip) => ({ ip, port: 1 })) }),
    461,
    'backend-addresses[1]: 10.0.0.1:1 stands at backend-addresses[0] already',
  ],
])('refused with the code of Cilium: %s', (_, service, status, message) => {
  const before = [spec(7, '192.0.2.77')]
  expect(refusal(() => withPut(before, service, config))).toEqual([status, expect.stringContaining(message)])
})

test('a state that may not follow is refused in an update, too', () => {
  const as = (state: 'active' | 'terminating') =>
    spec(1, '192.0.2.21', { 'backend-addresses': [{ ip: '10.1.0.11', port: 8080, state }] })
  expect(refusal(() => withPut([as('terminating')], as('active'), config))).toEqual([501, expect.any(String)])
  expect(withPut([as('active')], as('terminating'), config)).toEqual([as('terminating')])
})

test('updateServices changes states wherever a backend is used, and only as they may follow', () => {
  const before = [spec(1, '192.0.2.21'), spec(2, '192.0.2.22')]
  const change = (state: 'terminating' | 'active') =>
    spec(0, '', { 'backend-addresses': [{ ip: '10.1.0.11', port: 8080, state }] })
  const after = withStates(before, change('terminating'))
  expect(after.map((one) => one['backend-addresses']?.[0]?.state)).toEqual(['terminating', 'terminating'])
  expect(refusal(() => withStates(after, change('active')))).toEqual([
    501,
    expect.stringContaining('"active" cannot follow "terminating"'),
  ])
})

test('a configuration cannot take what was put', () => {
  expect(claimedFindings(config, [spec(1, '192.0.2.21')])).toEqual([])
  const [finding] = claimedFindings(config, [spec(1, '192.0.2.10')])
  expect(finding?.path).toEqual(['spec', 'services', 0, 'frontends', 0])
  expect(finding?.message).toContain('DELETE /v1/service/1')
})
