import { client, type Lab, mac } from '../test/lab.ts'
import { families, type Family } from '../test/packets.ts'
import type { Endpoint } from '../test/balancer-options.ts'
import { clientPrefix } from './traffic.ts'

export const BACKENDS = 100

/** A hundred members, as each contender gets them. */
export function backends(family: Family): Endpoint[] {
  return Array.from({ length: BACKENDS }, (_, i) => ({ address: backendAddress(family, i), port: 8080 }))
}

function backendAddress(family: Family, i: number): string {
  return family === 'v4' ? `10.1.0.${100 + i}` : `fd00:1::${(0x100 + i).toString(16)}`
}

/** Routes to the clients, and neighbours that are known. */
export function prepareRoutes({ nl, front, back }: Lab): void {
  for (const family of families) {
    nl.route.add({ destination: clientPrefix[family], via: client[family], index: front })
    for (const { address } of backends(family)) nl.neighbor.replace({ index: back, address, lladdr: mac.backend })
  }
}
