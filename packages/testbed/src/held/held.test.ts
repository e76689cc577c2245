import { expect, test } from '@jest/globals'
import { tcpEcho } from '../servers/server.ts'
import { here } from '../thread/place.ts'
import { holdConnections } from './held.ts'

test('connections are kept, and those of a server that goes are told once', async () => {
  await using server = await tcpEcho(here, { name: 'one', port: 0 })
  await using held = await holdConnections(here, { address: '::1', port: server.port, connections: 100 })
  expect(held.opened).toEqual({ alive: 100, perServer: { one: 100 }, broken: [] })
  expect(await held.check()).toEqual(held.opened)
  expect(await server.stats()).toMatchObject({ open: 100 })

  await server[Symbol.asyncDispose]()
  const { alive, broken } = await held.check()
  expect(alive).toBe(0)
  expect(broken).toHaveLength(100)
  expect(broken[0]).toMatchObject({ server: 'one', sourcePort: expect.any(Number), reason: expect.any(String) })
  expect(await held.check()).toEqual({ alive: 0, perServer: {}, broken: [] })
})

test('connections that cannot be opened are broken from the start', async () => {
  await using held = await holdConnections(here, { address: '127.0.0.1', port: 1, connections: 2 })
  expect(held.opened).toEqual({
    alive: 0,
    perServer: {},
    broken: [{ reason: 'ECONNREFUSED' }, { reason: 'ECONNREFUSED' }],
  })
})
