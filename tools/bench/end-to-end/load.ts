import { existsSync } from 'node:fs'
import { type Host, traffic } from '@skep/testbed'
import { type LoadFigures, parseWrk } from './wrk.ts'

const WRK = '/usr/bin/wrk'
const CONNECTIONS = 32

/** `keep-alive`: many requests on each of some connections. `connect`: a connection for each request. */
export const profiles = ['keep-alive', 'connect'] as const
export type Profile = (typeof profiles)[number]

/** Who makes the load; the same for all contenders of a run. */
export const generator: string = existsSync(WRK) ? 'wrk' : 'the testbed’s own client'

/** As many requests as go through, for so many seconds. */
export async function load(client: Host, url: string, profile: Profile, seconds: number): Promise<LoadFigures> {
  return existsSync(WRK) ? await byWrk(client, url, profile, seconds) : await byTestbed(client, url, profile, seconds)
}

async function byWrk(client: Host, url: string, profile: Profile, seconds: number): Promise<LoadFigures> {
  const header = profile === 'connect' ? ['--header', 'Connection: close'] : []
  const common = ['--latency', '--threads', '1', '--connections', `${CONNECTIONS}`, '--duration', `${seconds}s`]
  return parseWrk(await client.exec(WRK, ...common, ...header, url))
}

async function byTestbed(client: Host, url: string, profile: Profile, seconds: number): Promise<LoadFigures> {
  const keepAlive = profile === 'keep-alive'
  const durationMs = 1000 * seconds
  const report = await traffic(client, { protocol: 'http', url, keepAlive, durationMs, concurrency: CONNECTIONS })
  const { p50, p99 } = report.latency
  return { requestsPerSecond: report.perSecond, p50Ms: p50, p99Ms: p99, errors: report.failed }
}
