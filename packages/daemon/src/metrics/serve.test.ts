import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { serveMetrics } from './serve.ts'

const log = () => ({ error: jest.fn() })
const figures = () => Promise.resolve('skep_connections 1\n')

/** A place that was free a moment ago. */
async function freePlace(): Promise<{ host: string; port: number; url: string }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` }
}

test('a scraper gets the text at /metrics, and only there', async () => {
  const { url, ...place } = await freePlace()
  await using _ = await serveMetrics(place, figures, log())
  const answer = await fetch(`${url}/metrics?from=a-scraper`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(await answer.text()).toBe('skep_connections 1\n')
  expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(`${url}/`)).status).toBe(404)
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
})

test('figures that cannot be read are told to the scraper and to the log', async () => {
  const { url, ...place } = await freePlace()
  const logged = log()
  await using _ = await serveMetrics(place, () => Promise.reject(new Error('no map')), logged)
  const answer = await fetch(`${url}/metrics`)
  expect([answer.status, await answer.text()]).toEqual([500, 'metrics cannot be read: no map\n'])
  expect(logged.error).toHaveBeenCalledTimes(1)
})
