import { parseArgs } from 'node:util'
import { type Served, serveCompanion, tellWhatEscapes } from '@skep/companion'
import { runFirst } from './first.ts'
import { BfdServer } from './serve.ts'
import { takeOver } from './take-over.ts'

// A process of its own, so that sessions stay up while the control plane is busy, is restarted or killed.

tellWhatEscapes()
const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    'orphan-seconds': { type: 'string', default: '3600' },
    'take-over': { type: 'boolean', default: false },
  },
})
const { socket } = values
if (socket === undefined) throw new Error('skep-bfd: no --socket; name the unix socket to listen on')

const runs = runFirst()
const known = values['take-over'] ? await takeOver(socket) : undefined
let isStopping = false
let served: Served | undefined
const server = new BfdServer({
  runs,
  known,
  onStop: () => served?.end(),
  onHandover: () => served?.unlisten(),
  onControllers: (controllers) => served?.controlledBy(controllers),
})
served = await serveCompanion({
  socket,
  orphanSeconds: Number(values['orphan-seconds']),
  accept: (connection) => server.accept(connection),
  ending: stop,
})

function stop(): void {
  if (isStopping) return
  isStopping = true
  server.stop()
  server[Symbol.dispose]()
}
