import { existsSync } from 'node:fs'
import type { Transport } from '@skep/bgp'
import type { InstancePaths } from '../instance/paths.ts'
import { readSpoken, type Spoken } from './record.ts'

/**
 * Has routers that may keep the routes turn away, then takes the routes back: packets are balanced here meanwhile. Says
 * what it did, a line each.
 */
export async function withdrawRoutes(paths: InstancePaths, transport?: Transport): Promise<string[]> {
  const spoken = readSpoken(paths)
  const lines = spoken === undefined ? [] : [await takenBack(spoken, transport)]
  const bfd = existsSync(paths.bfd) ? await endBfd(paths.bfd) : undefined
  return bfd === undefined ? lines : [...lines, `BFD process ${bfd}: ended`]
}

// Most instances have no routers, and then none of this is loaded.
async function takenBack(spoken: Spoken, transport: Transport | undefined): Promise<string> {
  const { takeBack } = await import('./take-back.ts')
  return await takeBack(spoken, transport)
}

async function endBfd(socket: string): Promise<number | undefined> {
  const { stopBfdProcess } = await import('@skep/bfd')
  return await stopBfdProcess(socket)
}
