import { type Host, holdConnections, startTraffic } from '@skep/testbed'
import type { Control } from './contender.ts'
import { backendNumbers, BACKENDS, ECHO_PORT, WEB_PORT } from './network.ts'

const HELD = 100
const PER_SECOND = 300
const BEFORE = 100
const AFTER = 300

const all = backendNumbers()
const withoutLast = all.filter((number) => number !== BACKENDS)

interface Event {
  readonly before: (control: Control) => Promise<void>
  readonly happens: (control: Control) => Promise<void>
}

/** What happens to a load balancer in service. Every backend answers all the while. */
export const events: Readonly<Record<string, Event>> = {
  'backend-drains': {
    before: (control) => control.use(all, []),
    happens: (control) => control.use(withoutLast, [BACKENDS]),
  },
  'backend-added': {
    before: (control) => control.use(withoutLast, []),
    happens: (control) => control.use(all, []),
  },
  restart: {
    before: (control) => control.use(all, []),
    happens: (control) => control.restart(),
  },
}

/** What clients saw of an event. */
export interface Seen {
  readonly requests: number
  readonly failed: number
  readonly held: number
  readonly broken: number
}

/** Connections that are held open from before it to after it, and new ones all the while. */
export async function seenOf(client: Host, address: string, control: Control, event: Event): Promise<Seen> {
  await event.before(control)
  await using held = await holdConnections(client, { address, port: ECHO_PORT, connections: HELD, timeoutMs: 2000 })
  const url = `http://${address}:${WEB_PORT}/`
  const web = { protocol: 'http', url, concurrency: 8, perSecond: PER_SECOND, timeoutMs: 2000 } as const
  await using traffic = await startTraffic(client, web)
  await traffic.reached(BEFORE)
  await event.happens(control)
  await traffic.reached(traffic.progress.requests + AFTER)
  const { requests, failed } = await traffic.stop()
  const { broken } = await held.check()
  return { requests, failed, held: HELD, broken: held.opened.broken.length + broken.length }
}
