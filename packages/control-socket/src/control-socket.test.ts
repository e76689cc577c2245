import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ask } from './ask.ts'
import { json, serve, text, type Handler } from './serve.ts'

let folder: string
let socket: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-control-'))
  socket = join(folder, 'run', 'daemon.sock')
})

afterEach(() => rmSync(folder, { recursive: true }))

const handler: Handler = async ({ what, query, body }) => {
  if (what === 'GET /status') return json({ of: query.get('of') })
  if (what === 'GET /metrics') return text('up 1\n')
  if (what === 'POST /length') return json((await body()).length)
  if (what === 'GET /broken') throw new Error('of must be a name')
  return undefined
}

test('questions are answered, each as it should be', async () => {
  await using _ = await serve({ socket }, handler)
  expect(await ask(socket, '/status?of=web')).toEqual({ status: 200, body: '{"of":"web"}' })
  expect(await ask(socket, '/metrics')).toEqual({ status: 200, body: 'up 1\n' })
  expect(await ask(socket, '/length', { body: 'x'.repeat(100_000) })).toEqual({ status: 200, body: '100000' })
  expect(await ask(socket, '/broken')).toEqual({ status: 400, body: '{"error":"of must be a name"}' })
  expect(await ask(socket, '/nothing')).toEqual({ status: 404, body: '{"error":"there is no GET /nothing"}' })
  expect(statSync(socket).mode & 0o777).toBe(0o600)
})

test('more than it takes is refused, and it goes on', async () => {
  await using _ = await serve({ socket }, handler)
  const much = ask(socket, '/length', { body: 'x'.repeat(17 * 1024 * 1024) })
  await expect(much).resolves.toMatchObject({ status: 400, body: expect.stringContaining('were sent') })
  expect(await ask(socket, '/metrics')).toMatchObject({ status: 200 })
})

test('where nobody answers, that is said', async () => {
  await expect(ask(socket, '/status')).rejects.toMatchObject({
    code: 'NOT_RUNNING',
    message: expect.stringContaining(socket),
  })
})

test('a second one is refused, and the first goes on', async () => {
  await using _ = await serve({ socket }, handler)
  await expect(serve({ socket }, handler)).rejects.toMatchObject({ code: 'IN_USE' })
  expect(await ask(socket, '/metrics')).toMatchObject({ status: 200 })
})

test('what a killed process left behind is taken over', async () => {
  const first = await serve({ socket }, handler)
  await first[Symbol.asyncDispose]()
  const dead = createServer().listen(socket)
  await once(dead, 'listening')
  // Its file stays, as after a kill, when the descriptor is closed behind its back.
  ;(dead as unknown as { _handle: { close(): void } })._handle.close()
  await using _ = await serve({ socket }, handler)
  expect(await ask(socket, '/metrics')).toMatchObject({ status: 200 })
})
