import type { Host } from '@skep/testbed'
import { traffic } from '@skep/testbed'
import { vips } from './config.ts'
import type { LoadBalancer } from './load-balancer.ts'
import type { Network } from './network.ts'
import type { Progress } from './progress.ts'

/** What every phase of the demo plays with. */
export interface Scene {
  readonly network: Network
  readonly lb: LoadBalancer
  readonly progress: Progress
}

/** The client ports of the flows that are compared. */
const ports = [20_000, 20_999] as const

/** The backend that a new connection from each of a thousand client ports reaches. */
export async function flows(client: Host): Promise<Readonly<Record<number, string>>> {
  const requests = ports[1] - ports[0] + 1
  const common = { protocol: 'tcp', address: vips.ipv4, port: 7, requests, concurrency: 8 } as const
  const report = await traffic(client, { ...common, sourcePorts: ports })
  if (report.failed > 0) throw new Error(`flows failed: ${JSON.stringify(report.failuresByReason)}`)
  return report.flows
}

/** The client ports whose flow goes elsewhere. */
export function movedPorts(
  before: Readonly<Record<number, string>>,
  after: Readonly<Record<number, string>>,
): string[] {
  return Object.keys(before).filter((port) => before[Number(port)] !== after[Number(port)])
}
