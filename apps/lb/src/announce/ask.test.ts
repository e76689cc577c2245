import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Connection, endAnnouncer } from './ask.ts'
import { writeLine } from './process/messages.ts'

const hello = writeLine({ type: 'hello', release: '1', pid: 7, routers: [] })

/** An announcer that says something, hears nothing, and is killed once the client has written: that resets the connection. */
async function killed(says: string) {
  const folder = mkdtempSync(join(tmpdir(), 'skep-lb-ask-'))
  const path = join(folder, 'socket')
  const kill = (socket: Socket) => void setImmediate(() => socket.destroy())
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.write(says, () => kill(socket))
  }).listen(path)
  await once(server, 'listening')
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true })
    },
  }
}

test.each([
  ['before it has said what it is', ''],
  ['in the middle of a line', hello.slice(0, 10)],
])('an announcer that is killed %s is none', async (_, says) => {
  await using announcer = await killed(says)
  expect(await Connection.open(announcer.path)).toBeUndefined()
})

test('one that is killed while it is asked to end has ended', async () => {
  await using announcer = await killed(hello)
  expect(await endAnnouncer(announcer.path)).toBe(7)
})
