import { expect, test } from '@jest/globals'
import { here } from '../thread/place.ts'
import { httpServer, tcpEcho } from './server.ts'

test('an HTTP server says who it is, whom it sees, and sends as much as is asked', async () => {
  await using server = await httpServer(here, { name: 'backend-1', port: 0 })
  const get = async (path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${server.port}${path}`)).text()
  expect(await get('/')).toBe('backend-1')
  expect(await get('/bytes/3')).toBe('xxx')
  expect(await get('/delay/1')).toBe('')
  expect(await get('/peer')).toMatch(/^::ffff:127\.0\.0\.1 \d+$/)
  expect(await get('/other')).toBe('no such path; there are / /peer /bytes /delay')
})

test('an HTTP server echoes what is posted, over IPv6 too', async () => {
  await using server = await httpServer(here, { name: 'backend-1', port: 0 })
  const response = await fetch(`http://[::1]:${server.port}/`, { method: 'POST', body: 'hello' })
  expect(await response.text()).toBe('hello')
  expect(response.headers.get('x-server')).toBe('backend-1')
  expect(await server.stats()).toMatchObject({ connections: 1, requests: 1, peers: { '::1': 1 } })
})

test('a server that cannot listen says where and why', async () => {
  await using first = await tcpEcho(here, { port: 0 })
  await expect(tcpEcho(here, { port: first.port })).rejects.toThrow(
    new RegExp(`^tcp server on host here, :: port ${first.port}: .*EADDRINUSE`),
  )
})
