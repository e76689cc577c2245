import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { refuse } from '../../test/fake-api.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { untilStore } from '../../test/until.ts'
import { ApiClient, ApiSource, services, type Cluster } from '../index.ts'

const certificate = join(import.meta.dirname, '../../test/certificate.pem')
const key = join(import.meta.dirname, '../../test/key.pem')

interface Closing extends Server {
  closeAllConnections(): void
}

async function serving(server: Closing, scheme: 'http' | 'https') {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url, [Symbol.asyncDispose]: close }
}

const plain = (answer: RequestListener) => serving(createServer(answer), 'http')
const json = (response: ServerResponse, value: unknown): void => void response.end(JSON.stringify(value))
const asked = { operation: 'ask', path: '/version' }

test('TLS: the API server’s certificate is checked against the authority, and ours is shown', async () => {
  const options = {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    requestCert: true,
    rejectUnauthorized: false,
  }
  const shown: (string | undefined)[] = []
  await using server = await serving(
    createTlsServer(options, (request: IncomingMessage, response: ServerResponse) => {
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {}
      shown.push(String(CN))
      json(response, {})
    }),
    'https',
  )
  const known: Cluster = { server: server.url, from: 'the test', ca: { file: certificate }, tlsServerName: 'api.test' }
  using client = new ApiClient({
    ...known,
    certificate: { cert: { file: certificate }, key: { data: readFileSync(key, 'utf8') } },
  })
  expect(await client.json(asked)).toEqual({})
  expect(shown).toEqual(['api.test'])
  const { ca: _, ...trusting } = known
  for (const cluster of [trusting, { ...known, tlsServerName: 'other.test' }]) {
    using stranger = new ApiClient(cluster)
    await expect(stranger.json(asked)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/certificate|altnames/),
    })
  }
  using careless = new ApiClient({ ...trusting, insecureSkipTlsVerify: true })
  expect(await careless.json(asked)).toEqual({})
})

test('a token is read again after a minute, and as soon as it is not believed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skep-kube-token-'))
  const file = join(folder, 'token')
  const tokens: (string | undefined)[] = []
  let wanted = ''
  try {
    writeFileSync(file, 'one\n')
    await using server = await plain((request, response) => {
      tokens.push(request.headers.authorization)
      if (wanted === '' || request.headers.authorization === wanted) json(response, {})
      else refuse(response, 401, 'Unauthorized')
    })
    const clock = new ManualClock()
    using client = new ApiClient({ server: server.url, from: 'the test', token: { file } }, { clock })
    await client.json(asked)
    writeFileSync(file, 'two')
    await client.json(asked)
    clock.advance(61_000)
    await client.json(asked)
    expect(tokens).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
    writeFileSync(file, 'three')
    wanted = 'Bearer three'
    await expect(client.json(asked)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('give a token'),
    })
    await client.json(asked)
    rmSync(file)
    clock.advance(61_000)
    await expect(client.json(asked)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('ENOENT'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('no answer in time, an answer without end, one that is no JSON, nobody there', async () => {
  await using server = await plain((request, response) => {
    if (request.url === '/long') for (let i = 0; i < 20; i++) response.write(Buffer.alloc(1024 * 1024, '1'))
    if (request.url === '/html') response.end('<html>')
  })
  using client = new ApiClient({ server: server.url, from: 'the test' }, { timeoutMs: 50 })
  const codeOf = (path: string) => client.json({ operation: 'ask', path }).catch(({ code }: { code: string }) => code)
  expect([await codeOf('/silent'), await codeOf('/html')]).toEqual(['SILENT', 'MALFORMED'])
  using patient = new ApiClient({ server: server.url, from: 'the test' })
  await expect(patient.json({ operation: 'ask', path: '/long' })).rejects.toThrow(
    'the answer is longer than 16777216 bytes',
  )
  using nobody = new ApiClient({ server: 'http://127.0.0.1:1', from: 'the test' })
  await expect(nobody.json(asked)).rejects.toThrow(/^ask: http:\/\/127.0.0.1:1: .*ECONNREFUSED/)
})

test('a kept connection that was closed meanwhile is not an error', async () => {
  let requests = 0
  await using server = await plain((request, response) => {
    // The second request on a connection finds nobody.
    if (++requests === 2) request.socket.resetAndDestroy()
    else json(response, { requests })
  })
  using client = new ApiClient({ server: server.url, from: 'the test' })
  await client.json(asked)
  expect(await client.json(asked)).toEqual({ requests: 3 })
})

test('an API server behind a path, and a list that comes compressed', async () => {
  const items = [{ metadata: { name: 'a' }, spec: {} }]
  await using server = await plain((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    if (pathname !== '/k8s/clusters/c-1/api/v1/services') return refuse(response, 404, pathname)
    if (searchParams.has('watch')) return response.writeHead(200).flushHeaders()
    expect(request.headers['accept-encoding']).toBe('gzip')
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(JSON.stringify({ metadata: { resourceVersion: '7' }, items })))
  })
  await using source = new ApiSource(
    { server: `${server.url}/k8s/clusters/c-1/`, from: 'the test' },
    { listing: 'pages' },
  )
  const store = source.follow(services)
  await untilStore(store, () => store.size === 1)
})
