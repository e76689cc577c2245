import { build, formatAddress, ipv4 } from '@skep/packet'
import { explainFlow, type LbMaps } from '@skep/lb-maps'
import type { Program } from 'libbpf-ts'
import { client, vip } from '../../../packages/datapath/test/lab.ts'
import { leg, segment } from '../../../packages/datapath/test/packets.ts'
import { portOf } from './world.ts'

const IP_DESTINATION = 30

/** Client ports, from 1024 + `from` up, of so many new connections to the first service that go to a backend. */
export function flowsTo(maps: LbMaps, address: string, count: number, from: number): number[] {
  const flow = { client: client.v4, address: vip.v4, port: portOf(0), protocol: 'TCP' } as const
  const found: number[] = []
  for (let i = 0; found.length < count && i < 60_000; i++) {
    const clientPort = 1024 + ((from + i) % 60_000)
    if (explainFlow(maps, { ...flow, clientPort }).member?.address === address) found.push(clientPort)
  }
  if (found.length < count) throw new Error(`no ${count} flows lead to ${address}`)
  return found
}

/** The backend that the first packet of a connection is sent to. */
export function reachedBy(program: Program, clientPort: number): string {
  const ip = ipv4({ src: client.v4, dst: vip.v4 })
  const { data } = program.testRun({ data: build(leg.clientToVip.ethernet, ip, segment(clientPort, portOf(0), 'syn')) })
  return formatAddress(data.subarray(IP_DESTINATION, IP_DESTINATION + 4))
}
