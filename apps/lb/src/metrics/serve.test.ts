import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { MetricsServer } from './serve.ts'

const log = () => ({ info: jest.fn(), error: jest.fn() })
const figures = { text: () => Promise.resolve('skep_lb_connections 1\n') }

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('another address takes the place of the one before, and none ends it', async () => {
  const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  await using server = new MetricsServer(figures, log())
  await server.listen(first)
  await server.listen(second)
  await expect(fetch(`http://${first}/metrics`)).rejects.toThrow()
  expect((await fetch(`http://${second}/metrics`)).status).toBe(200)
  await server.listen(undefined)
  await expect(fetch(`http://${second}/metrics`)).rejects.toThrow()
})

test('a port that is taken is an error in the log, tried again by the next reload', async () => {
  await using taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const listen = `127.0.0.1:${(taken.address() as AddressInfo).port}`
  const logged = log()
  await using server = new MetricsServer(figures, logged)
  await server.listen(listen)
  expect(logged.error.mock.calls).toEqual([
    [expect.objectContaining({ listen }), expect.stringMatching(/EADDRINUSE.*spec\.metrics\.listen/)],
  ])
  taken.close()
  await once(taken, 'close')
  await server.listen(listen)
  expect((await fetch(`http://${listen}/metrics`)).status).toBe(200)
})
