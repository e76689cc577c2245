import { statSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

const SETTLE_MS = 100

/**
 * Listens on a unix socket that only its owner may use, with `server` or a new one. A socket that a killed process left
 * is replaced. `undefined`: somebody else answers there.
 */
export async function listenAlone(path: string, server: Server = createServer()): Promise<Server | undefined> {
  if (await bound(server, path)) return server
  // One that has just been bound refuses for a moment: only who still refuses after it is dead.
  if (await answers(path)) return undefined
  await delay(SETTLE_MS)
  if (await answers(path)) return undefined
  unlinkSync(path)
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

/** What tells one socket file from another at the same path; `undefined` when there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}:${found.birthtimeMs}`
}
