import { describe, expect, test } from '@jest/globals'
import { closedPort, grpcServer, httpServer } from '../../test/servers.ts'
import { probe } from '../../test/run.ts'
import { servingStatus } from './grpc-message.ts'

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
