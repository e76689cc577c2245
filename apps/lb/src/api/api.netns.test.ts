import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { expect } from '@jest/globals'
import { needing, needs, startTraffic } from '@skep/testbed'
import { z } from 'zod'
import { apiSocket, ask, type ApiAnswer, askJson } from '../../test/api.ts'
import { config, network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const lab = sharedLab(network)

type Json = Readonly<Record<string, unknown>>

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: Json
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >
}

interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

/** What fits the names in paths and queries, and the bodies. A new one needs an example here. */
const examples: Readonly<Record<string, string>> = {
  service: 'web',
  backend: '10.1.0.11:8080',
  id: '7',
  client: '10.0.0.2',
  state: 'established',
}

const ciliumBody = {
  id: 7,
  'frontend-address': { ip: '192.0.2.77', port: 80, protocol: 'tcp' },
  'backend-addresses': [{ ip: '10.1.0.11', port: 8080, nodeName: 'a' }],
  flags: { type: 'LoadBalancer', trafficPolicy: 'Cluster', name: 'x', namespace: 'y' },
}

/** Values by the name of a required query parameter, and bodies by path. */
const required: Readonly<Record<string, string>> = {
  src: '10.0.0.2',
  sport: '40000',
  dst: vip4,
  dport: '80',
  proto: 'tcp',
  service: 'web',
  services: '100',
  backends: '1000',
  address: '10.1.0.11',
}
const bodies: Readonly<Record<string, () => string>> = {
  '/v1/config': () => config([1, 2]),
  '/v1/service/{id}': () => JSON.stringify(ciliumBody),
}

/** Makes before it asks, asks before it removes. */
const order = ['put', 'post', 'get', 'delete']

function fits(description: Description, { responses }: Operation, { status, type, body }: ApiAnswer): void {
  const answer = responses[status] ?? responses['default']
  if (answer === undefined) throw new Error(`${status} is not described: ${body}`)
  if (answer.content === undefined) return expect(body).toBe('')
  const schema = answer.content[type ?? '']?.schema
  if (schema === undefined) throw new Error(`${status} ${type} is not described`)
  const name = /^#\/components\/schemas\/(.*)$/.exec(typeof schema['$ref'] === 'string' ? schema['$ref'] : '')?.[1]
  const value: unknown = type?.includes('json') ? JSON.parse(body) : body
  z.fromJSONSchema(name === undefined ? schema : description.components.schemas[name]!).parse(value)
}

function fill(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(examples[name] ?? `no example: ${name}`))
}

function queryOf({ parameters = [] }: Operation): string {
  const query = parameters.filter((one) => one.in === 'query' && one.required)
  return query.length === 0
    ? ''
    : `?${query.map(({ name }) => `${name}=${encodeURIComponent(required[name]!)}`).join('&')}`
}

describe('the API', () => {
  test('every path of the description answers as it is described, also to what is wrong', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const socket = apiSocket(lb)
    const description = await askJson<Description>(socket, 'GET', '/openapi.json')
    expect(description.openapi).toMatch(/^3\.1\./)
    const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    const answered = new Map<string, number>()
    for (const { path, method, operation } of operations.toSorted(
      (a, b) => order.indexOf(a.method) - order.indexOf(b.method),
    )) {
      const body = operation.requestBody === undefined ? '' : bodies[path]!()
      const answer = await ask(socket, method.toUpperCase(), `${fill(path)}${queryOf(operation)}`, body)
      expect({ path, method, ok: answer.status < 300, answer }).toMatchObject({ ok: true })
      fits(description, operation, answer)
      answered.set(`${method} ${path}`, answer.status)
      const wrong = await ask(socket, method.toUpperCase(), `${fill(path)}?no-such-parameter=1`, body)
      expect({ path, method, status: wrong.status, wrong }).toMatchObject({ status: expect.any(Number) })
      expect(wrong.status).toBeGreaterThanOrEqual(400)
      expect(wrong.status).toBeLessThan(500)
      expect(wrong.body).toContain('no-such-parameter')
    }
    expect([...answered.keys()]).toEqual(
      expect.arrayContaining([
        'get /v1/status',
        'put /v1/config',
        'get /v1/connections',
        'delete /v1/service/{id}',
        'put /v1/services/{service}/backends/{backend}/drain',
        'get /metrics',
        'get /healthz',
        'get /readyz',
      ]),
    )
    expect(answered.get('put /v1/service/{id}')).toBe(201)
  }, 60_000)

  test('the socket is for its owner alone, and that of a killed process is replaced', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1]))
    const socket = apiSocket(lb)
    expect([statSync(socket).mode & 0o777, statSync(`${lb.folder}/run/default`).mode & 0o777]).toEqual([0o600, 0o700])
    await lb.end('SIGKILL')
    expect(statSync(socket).isSocket()).toBe(true)
    const refused = await lb.command('drain', 'web', '10.1.0.11:8080')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('no process runs instance "default"')])
    await lb.start()
    expect((await ask(socket, 'GET', '/healthz')).body).toBe('{"status":"ok"}\n')
    const curl = await lab.net.lb.attempt('curl', ['-sS', '--unix-socket', socket, 'http://lb/readyz'])
    expect(curl.stdout).toBe('{"status":"ok"}\n')
  }, 60_000)

  test('clients that are wrong, slow or gone are told, and disturb neither traffic nor control', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const socket = apiSocket(lb)
    await using load = await startTraffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, concurrency: 2 })
    await load.reached(20)
    const raw = async (bytes: string | Uint8Array): Promise<string> => {
      const client = connect(socket)
      let said = ''
      client.on('data', (data: Buffer) => (said += data.toString())).on('error', () => {})
      client.write(bytes)
      await once(client, 'close')
      return said
    }
    const slow = connect(socket).on('error', () => {})
    slow.write('PUT /v1/config HTTP/1.1\r\nhost: lb\r\ncontent-length: 1000\r\n\r\nspec')
    const gone = connect(socket).on('error', () => {})
    gone.write('PUT /v1/config HTTP/1.1\r\nhost: lb\r\ncontent-length: 1000\r\n\r\n', () => gone.destroy())
    expect(await raw('hello\r\n\r\n')).toContain('this is not HTTP/1.1')
    expect(await raw(Buffer.alloc(40_000, 'x'))).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(await raw('GET /healthz HTTP/1.1\r\nhost: lb\r\nx: ' + 'y'.repeat(40_000))).toContain('431')
    const huge = `PUT /v1/config HTTP/1.1\r\nhost: lb\r\ncontent-length: ${2 ** 30}\r\n\r\n`
    expect(await raw(huge)).toContain('16 MB are the most')
    const table: readonly (readonly [number, string, string, string, string])[] = [
      [404, 'GET', '/v2/status', '', '/openapi.json'],
      [405, 'POST', '/v1/config', '', 'use GET or PUT'],
      [400, 'GET', '/%zz', '', 'percent-encoded'],
      [400, 'GET', '/v1/connections?limit=-1', '', 'query limit'],
      [400, 'GET', '/v1/connections?client=10.0.0', '', 'client \\"10.0.0\\"'],
      [422, 'PUT', '/v1/config', 'spec: [', 'body:1:'],
      [422, 'PUT', '/v1/config', config([1]).replace('port: 8080', 'port: 70000'), '70000 is not a port'],
      [404, 'PUT', '/v1/services/wep/backends/10.1.0.11%3A8080/drain', '', 'did you mean \\"web\\"?'],
      [404, 'PUT', '/v1/services/web/backends/10.1.0.14%3A8080/drain', '', 'did you mean'],
      [400, 'PUT', '/v1/services/web/backends/10.1.0.11%3A8080/drain?timeoutSeconds=x', '', 'whole number of seconds'],
      [400, 'GET', '/v1/explain/flow?src=x&sport=1&dst=192.0.2.10&dport=80&proto=tcp', '', 'query src'],
      [400, 'GET', '/v1/explain/service?service=wep', '', 'no service or frontend'],
      [400, 'GET', '/v1/explain/neighbor?address=here', '', 'query address'],
      [400, 'GET', '/v1/plan?services=1', '', 'query backends'],
      [404, 'DELETE', '/v1/services/web/backends/10.1.0.11%3A8080/drain', '', 'is not drained'],
    ]
    for (const [status, method, path, body, detail] of table) {
      const answer = await ask(socket, method, path, body)
      expect([method, path, answer.status, answer.type]).toEqual([method, path, status, 'application/problem+json'])
      expect(answer.body).toContain(detail)
    }
    expect((await ask(socket, 'GET', '/readyz')).status).toBe(200)
    slow.destroy()
    await load.reached(load.progress.requests + 50)
    expect((await load.stop()).failures).toEqual([])
    expect(await lb.reload(config([1, 2]))).toMatch(/^reloaded: \d+ differences/)
  }, 60_000)
})
