import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { LineReader, Link } from '@skep/companion'
import * as fc from 'fast-check'
import { folder, quick } from '../../test/events.ts'
import { readFromProcess, readToProcess, write } from './messages.ts'
import { HealthServer } from './serve.ts'

const valid = [
  write({ type: 'desired', generation: 1, services: [quick('web', [80, 81])], known: [] }),
  write({ type: 'check', service: 'web', address: '10.0.0.1', port: 80 }),
  write({ type: 'stop' }),
]

/** A line in which something was changed. */
const mutated = fc
  .tuple(fc.constantFrom(...valid), fc.nat(2000), fc.string({ maxLength: 4 }), fc.nat(5))
  .map(([line, at, text, cut]) => line.slice(0, at % line.length) + text + line.slice((at % line.length) + cut))

test('no line makes a reader throw, and what is not a message is refused in words', () => {
  const lines = fc.oneof(
    fc.string(),
    fc.json(),
    mutated,
    fc.anything().map((value) => JSON.stringify(value) ?? ''),
  )
  fc.assert(
    fc.property(lines, (line) => {
      for (const read of [readToProcess(line), readFromProcess(line)])
        expect('wrong' in read ? read.wrong.length : Object.keys(read.message).length).toBeGreaterThan(0)
    }),
  )
})

test('valid messages survive the way', () => {
  for (const line of valid) {
    const read = readToProcess(line)
    expect('message' in read && write(read.message)).toBe(line)
  }
})

/** A health server in this process, with a connection to it. */
async function served() {
  const place = folder()
  const health = new HealthServer({ onStop: () => {} })
  const server = createServer((socket) => health.accept(socket))
  server.listen(place.socket)
  await once(server, 'listening')
  const socket = connect(place.socket)
  await once(socket, 'data')
  return {
    socket,
    async [Symbol.asyncDispose]() {
      health[Symbol.dispose]()
      server.close()
      await once(server, 'close')
      socket.destroy()
      place[Symbol.dispose]()
    },
  }
}

/** The next message of a kind; figures come in between. */
async function next(socket: Socket, type: string): Promise<string> {
  const reader = new LineReader()
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    const found = reader.push(chunk)!.find((line) => line.includes(`"type":"${type}"`))
    if (found !== undefined) return found
  }
}

test('the process answers to garbage, and still to what follows it', async () => {
  await using server = await served()
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), mutated), async (garbage) => {
      const line = garbage.replaceAll('\n', ' ')
      if ('message' in readToProcess(line)) return
      const refused = next(server.socket, 'refused')
      server.socket.write(`${line}\n`)
      await refused
    }),
  )
  const applied = next(server.socket, 'applied')
  server.socket.write(write({ type: 'desired', generation: 7, services: [], known: [] }))
  expect(await applied).toContain('"generation":7')
})

test('a control plane leaves a process that talks garbage, and says why', async () => {
  using place = folder()
  const server = createServer((socket) => socket.write('{"type":"records","records":[{}]}\n'))
  server.listen(place.socket)
  await once(server, 'listening')
  const link = (await Link.open(place.socket, readFromProcess))!
  const why = await new Promise<string>((resolve) => link.listen(() => resolve('heard'), resolve))
  expect(why).toContain('records.0.service')
  await link.closed
  server.close()
  await once(server, 'close')
})
