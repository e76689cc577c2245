import { unlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { LockedError, lockFolder } from '@skep/lb-engine'
import { AnnouncerServer } from './serve.ts'

// A process of its own, so that ownership does not change hands when `skep-lb run` ends, is killed or upgraded.

const { values } = parseArgs({
  options: { socket: { type: 'string' }, folder: { type: 'string' }, links: { type: 'string' } },
})
const { socket, folder, links } = values
if (socket === undefined || folder === undefined || links === undefined)
  throw new Error('skep-lb announcer: it is started by skep-lb run, not by hand')

// Held until the process ends: of two announcers on a host both would own the addresses.
const lock = takeLock(folder)
if (lock === undefined) process.exit(0)

const announcer = new AnnouncerServer({ folder, links, onEnd: finish })
const server = createServer((connection) => announcer.accept(connection))
unlinkIfThere(socket)
const mask = process.umask(0o177)
server.listen(socket)
await once(server, 'listening')
process.umask(mask)
process.on('SIGTERM', () => announcer.end('this host is shutting down'))
process.on('SIGINT', () => announcer.end('it was interrupted'))
process.on('SIGHUP', () => {})
process.send?.('ready', () => process.connected && process.disconnect())

function takeLock(path: string): Disposable | undefined {
  try {
    return lockFolder(path, { waitSeconds: 2 })
  } catch (error) {
    if (error instanceof LockedError) return undefined
    throw error
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function finish(): void {
  unlinkIfThere(socket!)
  announcer[Symbol.dispose]()
  process.exit(0)
}
