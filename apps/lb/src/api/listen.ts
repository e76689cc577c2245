import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname } from 'node:path'
import { LbError } from '../error.ts'

/** What the kernel takes for a unix socket's path. */
const MOST_PATH_BYTES = 107

/**
 * Listens on a unix socket that only its owner may use. A socket that a killed process left is replaced; one that
 * somebody listens on is not. Throws {@link LbError}.
 */
export async function listenOn(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw new LbError(
      'INVALID_OPTION',
      `${path} is too long for a unix socket; ${MOST_PATH_BYTES} bytes fit, so use a shorter one`,
    )
  if (await answers(path)) throw new LbError('BUSY', `${path} belongs to another process, which listens on it`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  const listening = once(server, 'listening')
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await listening
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
