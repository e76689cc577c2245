import { type Cluster, endpointSlices } from '@skep/kube-testenv'
import { now } from './changes.ts'
import type { Contender } from './contender.ts'
import { backendAddress, endpointsWith, SERVICE_PORT, serviceAddress, sliceName } from './objects.ts'

const PATIENCE_MS = 120_000

export interface RestartFigures {
  /** From `kill -9` until a connection begins that goes where a change says which was made meanwhile. */
  readonly seconds: number
  /** New connections from before to after, and how many failed. */
  readonly connections: number
  readonly failed: number
  /** Connections that were open all the time, and how many broke. */
  readonly held: number
  readonly broken: number
  /** Of a connect meanwhile. */
  readonly p99Us: number
  readonly worstMs: number
}

/** Kills it under load, changes a slice, and starts it at once. */
export async function timeRestart(
  { api }: Pick<Cluster, 'api'>,
  { proxy, caller, beside }: Contender,
  size: number,
  generation: number,
): Promise<RestartFigures> {
  const service = 0
  // No backend that it has had in this turn.
  const backend = backendAddress(service, 1, generation)
  const load = beside.ask('through', serviceAddress(0), size, SERVICE_PORT)
  const began = now()
  await proxy.kill()
  await api.patch(endpointSlices, { name: sliceName(service) }, { endpoints: endpointsWith(backend) })
  const found = caller.ask('until', serviceAddress(service), SERVICE_PORT, backend, PATIENCE_MS)
  const [[at]] = (await Promise.all([found, proxy.start()])) as [[number, number], void]
  beside.tell('stop')
  const [connections, failed, held, broken, p99, worst] = (await load) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const seconds = (at / 1e6 - began) / 1000
  return { seconds, connections, failed, held, broken, p99Us: p99 / 1000, worstMs: worst / 1e6 }
}
