import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Connection } from './ask.ts'
import { release, writeLine } from './process/messages.ts'

test('who closes a connection hears no more: listening ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skep-ask-'))
  const path = join(folder, 'announcer.sock')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(writeLine({ type: 'hello', pid: process.pid, release, routers: [] }))
  }).listen(path)
  try {
    await once(server, 'listening')
    const connection = await Connection.open(path)
    const listening = connection!.listen(() => {})
    connection![Symbol.dispose]()
    await expect(listening).resolves.toBeUndefined()
  } finally {
    server.close()
    rmSync(folder, { recursive: true })
  }
})
