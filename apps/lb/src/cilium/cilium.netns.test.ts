import { join } from 'node:path'
import { expect } from '@jest/globals'
import { needing, needs, traffic } from '@skep/testbed'
import { apiSocket, ask } from '../../test/api.ts'
import { config, network, vip4 } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)
const url = 'http://192.0.2.77/'

const spec = (backends: readonly number[], more: object = {}) => ({
  id: 7,
  'frontend-address': { ip: '192.0.2.77', port: 80, protocol: 'tcp', scope: 'external' },
  'backend-addresses': backends.map((i) => ({ ip: `10.1.0.1${i}`, port: 8080 })),
  flags: { type: 'LoadBalancer', trafficPolicy: 'Cluster', name: 'web', namespace: 'default' },
  ...more,
})

test("services put by Cilium's API live beside the configuration's, and over restarts", async () => {
  await using lab = await network()
  await using lb = SkepLb.on(lab.net.lb)
  const socket = join(lb.folder, 'cilium.sock')
  await lb.start(config([1, 2, 3]), '--cilium-socket', socket)
  const put = async (body: object, id = 7) => {
    const { status, body: text } = await ask(socket, 'PUT', `/v1/service/${id}`, JSON.stringify(body))
    return [status, text === '' ? '' : (JSON.parse(text) as unknown)]
  }
  const reached = async (to: string) => {
    const report = await traffic(lab.net.client, { protocol: 'http', url: to, requests: 60, concurrency: 2 })
    expect(report.failures).toEqual([])
    return Object.keys(report.perServer).toSorted()
  }
  expect(await put(spec([1, 2]))).toEqual([201, ''])
  expect(await reached(url)).toEqual(['backend-1', 'backend-2'])
  expect(await put(spec([2, 3]))).toEqual([200, ''])
  expect(await reached(url)).toEqual(['backend-2', 'backend-3'])
  expect(await put({ ...spec([1]), id: 8 }, 8)).toEqual([460, expect.stringContaining('already registered with ID 7')])
  const taken = { ip: vip4, port: 80, protocol: 'tcp' }
  expect(await put({ ...spec([1], { 'frontend-address': taken }), id: 8 }, 8)).toEqual([
    460,
    expect.stringContaining('belongs to the service "web" of the configuration file'),
  ])
  expect(await put(spec([1], { 'backend-addresses': [{ ip: '10.1.0.300', port: 1 }] }))).toEqual([
    461,
    expect.stringContaining('backend-addresses[0].ip: "10.1.0.300"'),
  ])
  expect(await put({ 'backend-addresses': [] })).toEqual([422, expect.objectContaining({ code: 422 })])
  await lb.end('SIGKILL')
  await lb.start(undefined, '--cilium-socket', socket)
  expect(await reached(url)).toEqual(['backend-2', 'backend-3'])
  const get = await ask(socket, 'GET', '/v1/service/7')
  expect(JSON.parse(get.body)).toEqual({ spec: spec([2, 3]), status: { realized: spec([2, 3]) } })
  const list = await ask(apiSocket(lb), 'GET', '/v1/service')
  expect((JSON.parse(list.body) as unknown[]).length).toBe(1)
  const why = lb.untilLogged(/belongs to the service with ID 7 of Cilium's API/)
  await lb.reload(config([1]).replace(vip4, '192.0.2.77'), 'refused')
  expect(await why).toContain('spec.services[0].frontends[0]')
  await lb.reload(config([1]))
  expect(await reached(`http://${vip4}/`)).toEqual(['backend-1'])
  expect(await reached(url)).toEqual(['backend-2', 'backend-3'])
  expect((await ask(socket, 'DELETE', '/v1/service/7')).status).toBe(200)
  expect((await ask(socket, 'DELETE', '/v1/service/7')).status).toBe(404)
  expect((await ask(socket, 'GET', '/v1/service/7')).status).toBe(404)
  expect((await lb.status()).services.map(({ name }) => name)).toEqual(['web', 'web', 'echo'])
}, 60_000)
