import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { stopBfdProcess } from '@skep/bfd'
import { Speaker, tcpTransport, type Transport } from '@skep/bgp'
import { count } from '@skep/config-file'
import type { InstancePaths } from '../instance/paths.ts'
import { OWNER } from './announcer.ts'
import { announcementsOf } from './desired.ts'
import { speakerPeers } from './peers.ts'
import { readSpoken, type Spoken } from './record.ts'
import { untilTold } from './told.ts'

/**
 * Has routers that may keep the routes turn away, then takes the routes back: packets are balanced here meanwhile. Says
 * what it did, a line each.
 */
export async function withdrawRoutes(paths: InstancePaths, transport: Transport = tcpTransport()): Promise<string[]> {
  const spoken = readSpoken(paths)
  const lines = spoken === undefined ? [] : [await takeBack(spoken, transport)]
  const bfd = await stopBfdProcess(paths.bfd)
  return bfd === undefined ? lines : [...lines, `BFD process ${bfd}: ended`]
}

async function takeBack({ bgp, routes, parting = [] }: Spoken, transport: Transport): Promise<string> {
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
