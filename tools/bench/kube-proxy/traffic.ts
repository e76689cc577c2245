import type { Caller } from './caller.ts'
import { BACKEND_PORT, backendAddress, backendCount, SERVICE_PORT, serviceAddress } from './objects.ts'

export interface TrafficFigures {
  readonly connectP50Us: number
  readonly connectP99Us: number
  readonly requestsPerSecond: number
  readonly megabytesPerSecond: number
}

export interface Spans {
  readonly connects: number
  readonly ms: number
}

/** Connects, requests and bytes to services, each service in its turn. */
export async function toServices(
  caller: Caller,
  services: number,
  round: number,
  spans: Spans,
): Promise<TrafficFigures> {
  const one = serviceAddress((round * 7919) % services)
  return measure(caller, { first: serviceAddress(0), count: services, one, port: SERVICE_PORT }, spans)
}

/** The same to their backends, by nobody's help. */
export async function toBackends(
  caller: Caller,
  services: number,
  round: number,
  spans: Spans,
): Promise<TrafficFigures> {
  const one = backendAddress((round * 7919) % services, 0)
  return measure(caller, { first: backendAddress(0, 0), count: backendCount(services), one, port: BACKEND_PORT }, spans)
}

interface Targets {
  readonly first: string
  readonly count: number
  readonly one: string
  readonly port: number
}

async function measure(
  caller: Caller,
  { first, count, one, port }: Targets,
  { connects, ms }: Spans,
): Promise<TrafficFigures> {
  const [p50, p99] = (await caller.ask('connect', first, count, port, connects)) as [number, number]
  const [requests] = (await caller.ask('requests', one, port, ms)) as [number]
  const [bytes] = (await caller.ask('bytes', one, port, ms)) as [number]
  return {
    connectP50Us: p50 / 1000,
    connectP99Us: p99 / 1000,
    requestsPerSecond: requests,
    megabytesPerSecond: bytes / 1e6,
  }
}
