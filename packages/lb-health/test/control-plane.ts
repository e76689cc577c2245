// A control plane of its own, to be killed: wants one service, says when its backends have these statuses.
import { Watched, quick } from './events.ts'

const [socket, port, status] = process.argv.slice(2)
const watched = await Watched.start({ socket: socket! })
watched.health.apply([quick('web', [Number(port)])])
await watched.statuses('web', [status!])
process.send!({ pid: watched.health.pid, records: watched.health.records() })
