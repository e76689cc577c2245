import { unlinkSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { identityOf, listenAlone } from './listen.ts'
import { HealthServer } from './serve.ts'

const LOOK_MS = 1000

const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    'max-in-flight': { type: 'string' },
    'orphan-seconds': { type: 'string', default: '3600' },
  },
})

process.once('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`)
  if (process.connected) process.send?.(error.message, () => process.exit(1))
  else process.exit(1)
})

const path = values.socket
if (path === undefined) throw new Error('skep-health: no --socket; name the unix socket to listen on')

const server = await listenAlone(path)
if (server === undefined) finish(0)

const mine = identityOf(path)
const orphanSeconds = Number(values['orphan-seconds'])
let orphan: NodeJS.Timeout | undefined
const health = new HealthServer({
  ...(values['max-in-flight'] === undefined ? {} : { maxInFlight: Number(values['max-in-flight']) }),
  onStop: stop,
  onControllers: (controllers) => (controllers > 0 ? clearTimeout(orphan) : startOrphanTimer()),
})
server.on('connection', (socket) => health.accept(socket))
startOrphanTimer()
// Whoever took the path over has the clients; two checkers would only double the load.
setInterval(() => identityOf(path) !== mine && finish(0), LOOK_MS)
process.on('SIGTERM', stop).on('SIGINT', stop)
process.on('SIGHUP', () => {})
ready()

/** Told once to whoever started this process. */
function ready(): void {
  if (process.send === undefined) return
  process.send('ready', () => {
    if (process.connected) process.disconnect()
  })
}

function startOrphanTimer(): void {
  clearTimeout(orphan)
  if (orphanSeconds > 0) orphan = setTimeout(stop, orphanSeconds * 1000)
}

function stop(): void {
  health[Symbol.dispose]()
  if (identityOf(path!) === mine) unlinkSync(path!)
  finish(0)
}

function finish(code: number): never {
  // What was started is killed by its own clean-up; open handles of the event loop are not waited for.
  process.exit(code)
}
