import { EventEmitter, once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import {
  certificateFile,
  closedPort,
  grpcServer,
  httpServer,
  httpsServer,
  tcpServer,
  tlsServer,
  udpServer,
} from '../../test/servers.ts'
import { probe, probing } from '../../test/run.ts'
import { servingStatus } from './grpc-message.ts'

describe('tcp', () => {
  test('passes when a connection opens, and leaves none behind', async () => {
    const ended = new EventEmitter()
    await using server = await tcpServer((socket) => socket.once('close', () => ended.emit('closed')))
    const closed = once(ended, 'closed')
    expect(await probe({ tcp: {} }, server.port)).toEqual({ result: 'pass', reason: 'connected' })
    await closed
  })

  test.each([
    [false, 'end'],
    [true, 'error'],
  ])('with reset: %s the backend sees the event %s', async (reset, event) => {
    const seen = new EventEmitter()
    await using server = await tcpServer((socket) => {
      for (const one of ['end', 'error']) socket.once(one, () => seen.emit('over', one))
      socket.resume()
    })
    const over = once(seen, 'over')
    await probe({ tcp: { reset } }, server.port)
    expect(await over).toEqual([event])
  })

  test('a closed port is a failure in words', async () => {
    expect(await probe({ tcp: {} }, await closedPort())).toEqual({
      result: 'fail',
      reason: 'connection refused (ECONNREFUSED)',
    })
  })

  test('sends and looks for the answer, in whatever pieces it comes', async () => {
    await using server = await tcpServer((socket) =>
      socket.once('data', (sent) => {
        socket.write(`-${sent.toString().trim()}`)
        setImmediate(() => socket.write('+PO'))
        setImmediate(() => socket.write('NG\r\n'))
      }),
    )
    expect(await probe({ tcp: { send: 'PING\r\n', expect: { hex: '2b504f4e47' } } }, server.port)).toEqual({
      result: 'pass',
      reason: 'answered as expected',
    })
  })

  test('another answer and no answer are told apart', async () => {
    await using wrong = await tcpServer((socket) => socket.end('-ERR busy\r\n'))
    expect(await probe({ tcp: { expect: '+OK' } }, wrong.port)).toEqual({
      result: 'fail',
      reason: String.raw`answer lacks "+OK": "-ERR busy\r\n"`,
    })
    await using mute = await tcpServer((socket) => socket.end())
    expect(await probe({ tcp: { send: 'x' } }, mute.port)).toMatchObject({
      reason: 'connection closed without an answer',
    })
  })

  test('says what was missing when its time is up', async () => {
    const connected = new EventEmitter()
    await using server = await tcpServer((socket) => socket.once('data', () => connected.emit('asked')))
    const running = probing({ tcp: { send: 'x', expect: 'y' } }, server.port)
    await once(connected, 'asked')
    expect(running.expire()).toEqual({
      result: 'fail',
      reason: 'time is up: connected, but no answer with "y"',
    })
  })

  test('leaves from the source it is given', async () => {
    const peers = new EventEmitter()
    await using server = await tcpServer((socket) => peers.emit('peer', socket.remoteAddress))
    const peer = once(peers, 'peer')
    await probe({ tcp: {} }, server.port, { source: '127.0.0.9' })
    expect(await peer).toEqual(['127.0.0.9'])
  })

  test('a source that this host does not have says nothing about the backend', async () => {
    await using server = await tcpServer()
    expect(await probe({ tcp: {} }, server.port, { source: '192.0.2.77' })).toMatchObject({
      result: 'none',
      reason: 'the source address is not on this host, or its ports are used up (EADDRNOTAVAIL)',
    })
  })
})

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

describe('tls and https', () => {
  test('a handshake passes; verification needs a certificate that is trusted and for the name', async () => {
    await using server = await tlsServer()
    expect(await probe({ tls: {} }, server.port)).toEqual({ result: 'pass', reason: 'TLS handshake done' })
    expect(await probe({ tls: { verify: true, serverName: 'health.test' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'certificate is self-signed and not trusted',
    })
    const trusted = { verify: true, caFile: certificateFile }
    expect(await probe({ tls: { ...trusted, serverName: 'health.test' } }, server.port)).toMatchObject({
      result: 'pass',
    })
    expect(await probe({ tls: { ...trusted, serverName: 'other.test' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'certificate is for another name',
    })
    expect(await probe({ tls: trusted }, server.port)).toMatchObject({ result: 'pass' })
  })

  test('a file of certificates that cannot be read says nothing about the backend', async () => {
    await using server = await tlsServer()
    expect(await probe({ tls: { verify: true, caFile: '/nowhere/ca.pem' } }, server.port)).toMatchObject({
      result: 'none',
      reason: expect.stringContaining('cannot use /nowhere/ca.pem'),
    })
  })

  test('a server without TLS fails', async () => {
    await using server = await tcpServer((socket) => socket.end('hello\n'))
    expect(await probe({ tls: {} }, server.port)).toMatchObject({ result: 'fail' })
  })

  test('https asks behind the handshake', async () => {
    await using server = await httpsServer((_, response) => response.end('fine'))
    expect(await probe({ https: { bodyContains: 'fine' } }, server.port)).toMatchObject({ result: 'pass' })
    expect(await probe({ https: { expectedStatus: ['404'] } }, server.port)).toMatchObject({ result: 'fail' })
  })
})

describe('udp', () => {
  test('a reply passes, one that lacks the text does not', async () => {
    await using server = await udpServer((message) => `re: ${message.toString()}`)
    expect(await probe({ udp: { send: 'ping' } }, server.port)).toEqual({ result: 'pass', reason: 'replied' })
    expect(await probe({ udp: { send: 'ping', expect: 're: ping' } }, server.port)).toMatchObject({ result: 'pass' })
    expect(await probe({ udp: { send: 'ping', expect: 'pong' } }, server.port)).toEqual({
      result: 'fail',
      reason: 'reply lacks "pong": "re: ping"',
    })
  })

  test('a closed port answers by ICMP', async () => {
    expect(await probe({ udp: { send: 'x', reply: 'optional' } }, await closedPort())).toEqual({
      result: 'fail',
      reason: 'port unreachable (ICMP)',
    })
  })

  test('silence fails where a reply is required', async () => {
    const heard = new EventEmitter()
    await using server = await udpServer(() => void heard.emit('datagram'))
    const arrived = once(heard, 'datagram')
    const running = probing({ udp: { send: 'x' } }, server.port)
    await arrived
    expect(running.expire()).toEqual({ result: 'fail', reason: 'time is up: no reply' })
    expect(probing({ udp: { send: 'x', reply: 'optional' } }, server.port).expire()).toMatchObject({ result: 'pass' })
  })
})

describe('grpc', () => {
  const answering = (status: number): Buffer => Buffer.from([0, 0, 0, 0, 2, 8, status])

  test.each(servingStatus.map((name, number) => [name, number] as const))('%s', async (name, number) => {
    await using server = await grpcServer(() => ({ body: answering(number), status: '0' }))
    expect(await probe({ grpc: {} }, server.port)).toEqual({
      result: name === 'SERVING' ? 'pass' : 'fail',
      reason: name,
    })
  })

  test('asks for the service by name, also behind TLS', async () => {
    const heard: string[] = []
    await using server = await grpcServer((path, message) => {
      heard.push(path, message.toString('hex'))
      return { body: answering(1), status: '0' }
    }, true)
    expect(await probe({ grpc: { service: 'a.B', tls: {} } }, server.port)).toMatchObject({ result: 'pass' })
    expect(heard).toEqual(['/grpc.health.v1.Health/Check', '00000000050a03612e42'])
  })

  test('a server without the health service says so', async () => {
    await using server = await grpcServer(() => ({ status: '12' }))
    expect(await probe({ grpc: {} }, server.port)).toEqual({
      result: 'fail',
      reason: 'gRPC status UNIMPLEMENTED: the server has no grpc.health.v1',
    })
  })

  test('a server that speaks something else, and none', async () => {
    await using server = await httpServer((_, response) => response.end())
    expect(await probe({ grpc: {} }, server.port)).toMatchObject({ result: 'fail' })
    expect(await probe({ grpc: {} }, await closedPort())).toMatchObject({
      result: 'fail',
      reason: 'connection refused (ECONNREFUSED)',
    })
  })
})

describe('a port of its own', () => {
  const serving = () => ({ body: Buffer.from([0, 0, 0, 0, 2, 8, 1]), status: '0' })

  test.each([
    ['tcp', { tcp: {} }, () => tcpServer()],
    ['http', { http: {} }, () => httpServer((_, response) => response.end())],
    ['tls', { tls: {} }, () => tlsServer()],
    ['https', { https: {} }, () => httpsServer((_, response) => response.end())],
    ['grpc', { grpc: {} }, () => grpcServer(serving)],
    ['grpc behind TLS', { grpc: { tls: {} } }, () => grpcServer(serving, true)],
    ['udp', { udp: { send: 'x' } }, () => udpServer(() => 'y')],
  ])('%s leaves from it, one probe right after the other', async (_, check, start) => {
    await using server = await start()
    const from = { source: '127.0.0.2', sourcePort: await closedPort() }
    for (let i = 0; i < 3; i++) expect(await probe(check, server.port, from)).toMatchObject({ result: 'pass' })
  })

  test('it is what the backend sees', async () => {
    const ports: number[] = []
    const sourcePort = await closedPort()
    await using server = await tcpServer((socket) => void ports.push(socket.remotePort!))
    await probe({ tcp: {} }, server.port, { source: '127.0.0.2', sourcePort })
    expect(ports).toEqual([sourcePort])
  })
})

describe('script', () => {
  test('the exit status decides, the last line says why', async () => {
    const told = 'test "$SKEP_CHECK_ADDRESS:$SKEP_CHECK_PORT" = 127.0.0.1:8080'
    expect(await probe({ script: { command: ['/bin/sh', '-c', told] } }, 8080)).toEqual({
      result: 'pass',
      reason: 'exit status 0',
    })
    expect(await probe({ script: { command: ['/bin/sh', '-c', 'echo one; echo lag 9 s >&2; exit 3'] } }, 1)).toEqual({
      result: 'fail',
      reason: 'exit status 3: "lag 9 s"',
    })
  })

  test('it runs as nobody, knows nothing of the process that checks, and what it says is kept in bounds', async () => {
    process.env['SKEP_TEST_SECRET'] = 'secret'
    const script = (line: string) => ({ script: { command: ['/bin/sh', '-c', line], env: { GREETING: 'hello' } } })
    const uid = process.geteuid?.() === 0 ? 65_534 : process.geteuid?.()
    expect(await probe(script('test -z "$SKEP_TEST_SECRET" && echo "$(id -u) $GREETING"'), 1)).toEqual({
      result: 'pass',
      reason: `exit status 0: "${uid} hello"`,
    })
    const { reason } = await probe(script('yes | head -c 1000000 | tr -d "\\n"'), 1)
    expect(reason.length).toBeLessThan(100)
  })

  test('a user that this host does not have says nothing about the backend', async () => {
    expect(await probe({ script: { command: ['/bin/true'], user: 'skep-no-such-user' } }, 1)).toEqual({
      result: 'none',
      reason: 'cannot run /bin/true: "skep-no-such-user" is no user of this host',
    })
  })

  test('a program that is not there says nothing about the backend', async () => {
    expect(await probe({ script: { command: ['/nowhere/check'] } }, 1)).toEqual({
      result: 'none',
      reason: '/nowhere/check does not exist',
    })
  })

  test('what still runs when its time is up is killed, with all it started', async () => {
    const folder = mkdtempSync(`${tmpdir()}/skep-script-`)
    chmodSync(folder, 0o777)
    try {
      const fifo = `mkfifo ${folder}/up; sleep 1000 & echo $! > ${folder}/pid; echo up > ${folder}/up; wait`
      const running = probing({ script: { command: ['/bin/sh', '-c', fifo] } }, 1)
      await probe(
        { script: { command: ['/bin/sh', '-c', `until [ -p ${folder}/up ]; do :; done; cat ${folder}/up`] } },
        1,
      )
      const pid = Number(readFileSync(`${folder}/pid`, 'utf8'))
      expect(running.expire()).toMatchObject({ result: 'fail' })
      await probe(
        {
          script: {
            command: [
              '/bin/sh',
              '-c',
              `while kill -0 ${pid} 2>/dev/null && ! grep -q '^State:.Z' /proc/${pid}/status; do :; done`,
            ],
          },
        },
        1,
      )
      expect(existsSync(`/proc/${pid}/exe`)).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
