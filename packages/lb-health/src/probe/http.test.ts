import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { httpServer, tcpServer } from '../../test/servers.ts'
import { probe } from '../../test/run.ts'

describe('http', () => {
  test('the status decides', async () => {
    await using server = await httpServer((request, response) => {
      response.statusCode = request.url === '/healthz' ? 204 : 503
      response.end()
    })
    expect(await probe({ http: { path: '/healthz' } }, server.port)).toEqual({
      result: 'pass',
      reason: 'HTTP status 204',
    })
    expect(await probe({ http: { path: '/' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'HTTP status 503, not 200-399',
    })
    expect(await probe({ http: { expectedStatus: ['200', 503] } }, server.port)).toMatchObject({ result: 'pass' })
  })

  test('method, path and host arrive as written', async () => {
    const heard = new EventEmitter()
    await using server = await httpServer((request, response) => {
      heard.emit('request', request.method, request.url, request.headers.host)
      response.end()
    })
    const asked = once(heard, 'request')
    await probe({ http: { method: 'HEAD', path: '/a?b=c', host: 'shop.example' } }, server.port)
    expect(await asked).toEqual(['HEAD', '/a?b=c', 'shop.example'])
    const again = once(heard, 'request')
    await probe({ http: {} }, server.port)
    expect(await again).toEqual(['GET', '/', `127.0.0.1:${server.port}`])
  })

  test.each([
    ['with a length', (body: string) => ({ 'content-length': String(body.length) })],
    ['in chunks', () => ({})],
  ])('the body is searched %s', async (_, headers) => {
    await using server = await httpServer((_, response) => {
      const body = `${'x'.repeat(3000)}status: ok`
      response.writeHead(200, headers(body))
      for (const letter of body.match(/[^]{1,100}/g) ?? []) response.write(letter)
      response.end()
    })
    expect(await probe({ http: { bodyContains: 'status: ok' } }, server.port)).toEqual({
      result: 'pass',
      reason: 'HTTP status 200, body as expected',
    })
    expect(await probe({ http: { bodyContains: 'absent' } }, server.port)).toMatchObject({
      result: 'fail',
      reason: expect.stringContaining('but the body lacks "absent"'),
    })
  })

  test('interim responses are passed over', async () => {
    await using server = await tcpServer((socket) =>
      socket.end('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    )
    expect(await probe({ http: {} }, server.port)).toMatchObject({ reason: 'HTTP status 200' })
  })

  test('what is not HTTP is refused at its first bytes', async () => {
    await using server = await tcpServer((socket) => socket.write('SSH-2.0-x\r\n'))
    expect(await probe({ http: {} }, server.port)).toEqual({
      result: 'fail',
      reason: String.raw`not an HTTP/1.1 response: "SSH-2.0-x\r\n"`,
    })
  })
})
