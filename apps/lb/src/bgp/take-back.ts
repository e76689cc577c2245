import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Speaker, tcpTransport, type Transport } from '@skep/bgp'
import { count } from '@skep/config-file'
import { OWNER } from './announcer.ts'
import { announcementsOf } from './desired.ts'
import { speakerPeers } from './peers.ts'
import type { Spoken } from './record.ts'
import { untilTold } from './told.ts'

/** Has routers that may keep the routes turn away, then takes the routes back. Says what came of it. */
export async function takeBack(
  { bgp, routes, parting = [] }: Spoken,
  transport: Transport = tcpTransport(),
): Promise<string> {
  const { asn, routerId, listen } = bgp
  const announcements = announcementsOf(routes)
  try {
    using speaker = new Speaker({ asn, routerId, listen, transport, restarting: true })
    speaker.setPeers(
      speakerPeers([...bgp.peers, ...parting.map(({ peer }) => peer)], (file) => readFileSync(file, 'utf8')),
    )
    speaker.rib.replace(OWNER, announcements)
    speaker.setDraining(true)
    speaker.start()
    speaker.complete()
    const told = await untilTold(speaker)
    if (told.length > 0) await delay(1000 * bgp.drainSeconds)
    speaker.stop({ text: 'the load balancer is uninstalled' })
    await speaker.closed()
    return `BGP: ${count(announcements.length, 'route')} drained and taken back from ${told.join(', ') || 'nobody: no router answers'}`
  } catch (error) {
    return `BGP: routers may keep the routes until their restart timers end: ${(error as Error).message}`
  }
}
