import { Link } from '@skep/companion'
import { hostClock } from '../clock.ts'
import type { SessionReport } from '../speak/report.ts'
import type { KnownSessions } from '../speak/speaker.ts'
import { type FromProcess, readFromProcess, type ToProcess } from './messages.ts'

const ANSWER_MS = 2000

/**
 * Has the BFD process that listens on a socket let go of its sessions, and tells them as they were at that moment: who goes
 * on with them within the detection time does so unnoticed. `undefined`: none listens there.
 */
export async function takeOver(path: string): Promise<KnownSessions | undefined> {
  const link = await Link.open<FromProcess, ToProcess>(path, readFromProcess)
  if (link === undefined) return undefined
  let reports: readonly SessionReport[] = []
  const deadline = setTimeout(() => link.close(), ANSWER_MS)
  link.listen(
    (message) => {
      if (message.type === 'hello') link.send({ type: 'stop', handover: true })
      if (message.type === 'hello' || message.type === 'all') reports = message.sessions
    },
    () => {},
  )
  await link.closed
  clearTimeout(deadline)
  return { reports, aliveAt: hostClock.now() }
}
