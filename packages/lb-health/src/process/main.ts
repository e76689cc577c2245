import { parseArgs } from 'node:util'
import { type Served, serveCompanion, tellWhatEscapes } from '@skep/companion'
import { HealthServer } from './serve.ts'

tellWhatEscapes()
const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    'max-in-flight': { type: 'string' },
    'orphan-seconds': { type: 'string', default: '3600' },
  },
})
const { socket } = values
if (socket === undefined) throw new Error('skep-health: no --socket; name the unix socket to listen on')

let served: Served | undefined
const health = new HealthServer({
  ...(values['max-in-flight'] === undefined ? {} : { maxInFlight: Number(values['max-in-flight']) }),
  onStop: () => served?.end(),
  onControllers: (controllers) => served?.controlledBy(controllers),
})
served = await serveCompanion({
  socket,
  orphanSeconds: Number(values['orphan-seconds']),
  accept: (connection) => health.accept(connection),
  ending: () => health[Symbol.dispose](),
})
