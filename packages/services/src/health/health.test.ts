import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { node } from '../test/build.ts'
import { HealthCheckServer } from './check-server.ts'
import { ProxyHealth } from './proxy-health.ts'
import { ProxyHealthServer } from './proxy-server.ts'

const host = '127.0.0.1'
let isProxyHealthy = true
let server: HealthCheckServer

beforeEach(() => {
  isProxyHealthy = true
  server = new HealthCheckServer({ addresses: [host], isProxyHealthy: () => isProxyHealthy })
})
afterEach(() => server[Symbol.asyncDispose]())

/** A port that nobody has at this moment. */
async function freePort(): Promise<number> {
  await using probe = createServer().listen(0, host)
  await once(probe, 'listening')
  return (probe.address() as AddressInfo).port
}

async function ask(port: number, path = '/healthz'): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`http://${host}:${port}${path}`)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

test('a node with ready endpoints says 200, with the body and headers of kube-proxy', async () => {
  const port = await freePort()
  expect(await server.sync([{ service: 'default/web', port, localEndpoints: 3 }])).toEqual([])
  const { status, headers, body } = await ask(port)
  expect(status).toBe(200)
  expect(body).toEqual({ service: { namespace: 'default', name: 'web' }, localEndpoints: 3, serviceProxyHealthy: true })
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-load-balancing-endpoint-weight')).toBe('3')
})

test('without ready endpoints, or with a proxy that does not keep up, it says 503', async () => {
  const port = await freePort()
  const check = { service: 'default/web', port, localEndpoints: 1 }
  await server.sync([check])
  await server.sync([{ ...check, localEndpoints: 0 }])
  const empty = await ask(port)
  expect([empty.status, empty.headers.get('x-load-balancing-endpoint-weight')]).toEqual([503, '0'])
  await server.sync([check])
  expect((await ask(port)).status).toBe(200)
  isProxyHealthy = false
  const { status, body } = await ask(port)
  expect(status).toBe(503)
  expect(body).toMatchObject({ localEndpoints: 1, serviceProxyHealthy: false })
})

test('ports open and close with their services; one that another has is reported, and opened later', async () => {
  const [first, second] = [await freePort(), await freePort()]
  const other = createServer().listen(second, host)
  await once(other, 'listening')
  const check = { service: 'default/web', port: first, localEndpoints: 1 }
  const busy = { service: 'default/busy', port: second, localEndpoints: 1 }
  const failures = await server.sync([check, busy])
  expect(failures).toMatchObject([{ service: 'default/busy', port: second, cause: { code: 'EADDRINUSE' } }])
  expect((await ask(first)).status).toBe(200)
  await other[Symbol.asyncDispose]()
  expect(await server.sync([busy])).toEqual([])
  expect((await ask(second)).status).toBe(200)
  await expect(ask(first)).rejects.toThrow()
})

test('a port that goes from one service to another is answered for the other', async () => {
  const port = await freePort()
  await server.sync([{ service: 'default/a', port, localEndpoints: 1 }])
  expect(await server.sync([{ service: 'default/b', port, localEndpoints: 1 }])).toEqual([])
  expect((await ask(port)).body).toMatchObject({ service: { name: 'b' } })
})

test('calls that come while one is under way wait for it', async () => {
  const port = await freePort()
  const check = { service: 'default/a', port, localEndpoints: 1 }
  await Promise.all([server.sync([check]), server.sync([]), server.sync([{ ...check, localEndpoints: 2 }])])
  expect((await ask(port)).body).toMatchObject({ localEndpoints: 2 })
})

test.each([
  ['fine', node('n1'), 200, 200],
  ['to be deleted by the autoscaler', node('n1', { taints: ['ToBeDeletedByClusterAutoscaler'] }), 503, 200],
  ['being deleted', node('n1', { deleted: '2026-01-01T00:00:00Z' }), 503, 200],
  ['tainted otherwise', node('n1', { taints: ['node.kubernetes.io/unschedulable'] }), 200, 200],
])('KEP-3836: a node that is %s', async (_, object, healthz, livez) => {
  const health = new ProxyHealth()
  health.setNode(object)
  await using proxy = await ProxyHealthServer.open({ health, host, port: 0 })
  const [ready, live] = [await ask(proxy.port, '/healthz?x=1'), await ask(proxy.port, '/livez')]
  expect([ready.status, live.status]).toEqual([healthz, livez])
  expect(ready.body).toMatchObject({ nodeEligible: healthz === 200 })
  expect(live.body).not.toHaveProperty('nodeEligible')
  expect((await fetch(`http://${host}:${proxy.port}/other`)).status).toBe(404)
})

test('a proxy that leaves a change unwritten for too long is unhealthy until it is written', () => {
  let now = 0
  const health = new ProxyHealth({ limitMs: 1000, clock: () => now })
  now = 5000
  expect(health.healthz().status).toBe(200)
  health.queued()
  now = 5999
  health.queued()
  expect(health.isHealthy).toBe(true)
  now = 6000
  expect([health.isHealthy, health.healthz().status, health.livez().status]).toEqual([false, 503, 503])
  expect(health.livez()).toMatchObject({
    lastUpdated: '1970-01-01T00:00:00.000Z',
    currentTime: '1970-01-01T00:00:06.000Z',
  })
  health.updated()
  expect(health.livez()).toMatchObject({ status: 200, lastUpdated: '1970-01-01T00:00:06.000Z' })
})

test('a node that is well again takes traffic again', () => {
  const health = new ProxyHealth()
  health.setNode(node('n1', { taints: ['ToBeDeletedByClusterAutoscaler'] }))
  health.setNode(node('n1'))
  expect([health.isNodeEligible, health.healthz().status]).toEqual([true, 200])
})
