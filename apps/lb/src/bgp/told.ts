import { setTimeout as delay } from 'node:timers/promises'
import type { Speaker } from '@skep/bgp'

/** Routers that answer are back by then. */
const SESSIONS_MS = 10_000
const LOOK_MS = 20

/** The peers that have been told everything; those that do not answer are not waited for any longer. Rejects when the signal aborts. */
export async function untilTold(speaker: Speaker, signal?: AbortSignal): Promise<string[]> {
  const end = performance.now() + SESSIONS_MS
  for (;;) {
    const peers = speaker.peers()
    const ready = peers.filter(({ state, pending }) => state === 'established' && pending === 0)
    if (ready.length === peers.length || performance.now() > end) return ready.map(({ name }) => name)
    await delay(LOOK_MS, undefined, { signal })
  }
}
