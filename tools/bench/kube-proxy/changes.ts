import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, endpointSlices } from '@skep/kube-testenv'
import type { Contender } from './contender.ts'
import { backendAddress, endpointsWith, SERVICE_PORT, serviceAddress, sliceName } from './objects.ts'
import { processFigures, rests } from './process.ts'

/** kube-proxy writes its rules once a second at most, by default; changes come less often. */
const BETWEEN_MS = 1200
const PATIENCE_MS = 60_000

export interface ChangeFigures {
  /** From the request to write a slice until the first connection begins that goes where the change says. */
  readonly ms: readonly number[]
  /** Of that, until the event is with somebody who only watches. */
  readonly watchMs: readonly number[]
  /** Work of the process for each change. */
  readonly cpuMs: number
  /** Connections that failed meanwhile. */
  readonly failed: number
}

/** Moves services to other backends, one after another. */
export async function timeChanges(
  { api }: Pick<Cluster, 'api'>,
  { proxy, caller }: Contender,
  which: readonly number[],
  generation: number,
): Promise<ChangeFigures> {
  const [ms, watchMs]: [number[], number[]] = [[], []]
  let failed = 0
  await untilIdle(proxy.pid)
  const before = processFigures(proxy.pid).cpuSeconds
  for (const [i, service] of which.entries()) {
    if (i > 0) await delay(BETWEEN_MS)
    const backend = backendAddress(service, 0, generation)
    const found = caller.ask('until', serviceAddress(service), SERVICE_PORT, backend, PATIENCE_MS)
    const seen = firstEvent(api, service, await versionOf(api, service))
    const began = now()
    await api.patch(endpointSlices, { name: sliceName(service) }, { endpoints: endpointsWith(backend) })
    const [at, failures] = (await found) as [number, number]
    ms.push(at / 1e6 - began)
    failed += failures
    watchMs.push((await seen) - began)
  }
  await untilIdle(proxy.pid)
  const cpuMs = (1000 * (processFigures(proxy.pid).cpuSeconds - before)) / which.length
  return { ms, watchMs, cpuMs, failed }
}

/** Milliseconds since boot, as other processes count them. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Resolves when it has had nothing to do for a while. */
export async function untilIdle(pid: number): Promise<void> {
  for (let quiet = 0, tries = 0; quiet < 5 && tries < 600; tries++) {
    quiet = rests(pid) ? quiet + 1 : 0
    await delay(50)
  }
}

const selected = (service: number): { readonly namespace: string; readonly fieldSelector: string } => ({
  namespace: 'default',
  fieldSelector: `metadata.name=${sliceName(service)}`,
})

async function versionOf(api: Cluster['api'], service: number): Promise<string> {
  const { metadata } = await api.list(endpointSlices, selected(service))
  return metadata.resourceVersion
}

async function firstEvent(api: Cluster['api'], service: number, resourceVersion: string): Promise<number> {
  const fieldSelector = `metadata.name=${sliceName(service)}`
  for await (const _ of api.watch(endpointSlices, { namespace: 'default', fieldSelector, resourceVersion }))
    return now()
  throw new Error(`bench: the watch of ${sliceName(service)} has ended`)
}
