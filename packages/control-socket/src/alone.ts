import { lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { ControlError } from './error.ts'

const SETTLE_MS = 100

/**
 * Listens on a unix socket that only its owner may use, with `server` or a new one. A socket that a killed process left
 * is replaced. `undefined`: somebody else answers there. Throws {@link ControlError} NOT_A_SOCKET where something else lies.
 */
export async function listenAlone(path: string, server: Server = createServer()): Promise<Server | undefined> {
  if (await bound(server, path)) return server
  requireSocket(path)
  // One that has just been bound refuses for a moment: only who still refuses after it is dead.
  if (await answers(path)) return undefined
  await delay(SETTLE_MS)
  if (await answers(path)) return undefined
  requireSocket(path)
  rmSync(path, { force: true })
  return (await bound(server, path)) ? server : undefined
}

async function bound(server: Server, path: string): Promise<boolean> {
  const listening = once(server, 'listening')
  // The mask is the whole process's. Node binds a unix socket before listen() returns.
  const mask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(mask)
  }
  try {
    await listening
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

/** What a mistaken path names is not ours to delete. A socket that is gone by now is in nobody's way. */
function requireSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isSocket()) return
  const kind = found.isFile() ? 'a file' : found.isDirectory() ? 'a folder' : 'something else'
  throw new ControlError(
    'NOT_A_SOCKET',
    `listen on ${path}: ${kind} that is no unix socket lies there, and stays; name another path, or remove it yourself`,
  )
}

/** Only a refusal says that nobody listens: one who is too busy to answer, or whom we may not ask, is there. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code !== 'ECONNREFUSED' && code !== 'ENOENT'
  } finally {
    socket.destroy()
  }
}
