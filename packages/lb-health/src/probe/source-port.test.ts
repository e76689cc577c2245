import { describe, expect, test } from '@jest/globals'
import { closedPort, grpcServer, httpServer, httpsServer, tcpServer, tlsServer, udpServer } from '../../test/servers.ts'
import { probe } from '../../test/run.ts'

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
