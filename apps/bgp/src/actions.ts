import { readFileSync } from 'node:fs'
import { type ConfigDiff, diffBgpConfig, formatDiff, type Labels, parseBgpConfig, type PeerStatus } from '@skep/bgp'
import { ask, askText, isRunning } from './ask.ts'
import { explanation, peersTable, routesTable, type ShownRoute, table } from './tables.ts'

/** How something is shown. */
export interface Shown {
  readonly json: boolean
}

/** What `skep-bgp routes` takes. */
export interface RoutesShown extends Shown {
  readonly explain: boolean
}

/** What `skep-bgp diff` takes. */
export interface DiffFlags extends Shown {
  readonly file: string
  readonly nodeLabels: Labels
}

interface ReceivedShown {
  readonly prefix: string
  readonly nextHop: { readonly address: string }
  readonly attributes: { readonly asPath?: string }
  readonly stale: boolean
}

/** `skep-bgp metrics` */
export async function printMetrics(socket: string): Promise<void> {
  process.stdout.write(await askText(socket, '/metrics'))
}

/** `skep-bgp peers` */
export async function printPeers(socket: string, { json }: Shown): Promise<void> {
  const peers = (await ask(socket, '/peers')) as PeerStatus[]
  console.log(json ? JSON.stringify(peers) : peersTable(peers, Date.now()))
}

/** `skep-bgp routes` */
export async function printRoutes(
  socket: string,
  prefix: string | undefined,
  { explain, json }: RoutesShown,
): Promise<void> {
  const query = prefix === undefined ? '' : `?prefix=${encodeURIComponent(prefix)}`
  const routes = (await ask(socket, `/routes${query}`)) as ShownRoute[]
  if (json) console.log(JSON.stringify(routes))
  else if (prefix !== undefined && routes.length === 0) console.log(`${prefix}: nobody announces it`)
  else console.log(explain ? explanation(routes) : routesTable(routes))
}

/** `skep-bgp received` */
export async function printReceived(socket: string, peer: string, { json }: Shown): Promise<void> {
  const routes = (await ask(socket, `/received?peer=${encodeURIComponent(peer)}`)) as ReceivedShown[]
  const rows = routes.map(({ prefix, nextHop, attributes, stale }) => [
    prefix,
    nextHop.address,
    attributes.asPath ?? '',
    stale ? 'stale' : '',
  ])
  console.log(json ? JSON.stringify(routes) : table([['PREFIX', 'NEXT HOP', 'AS PATH', ''], ...rows]))
}

/** `skep-bgp diff`: of what runs, else of nothing. */
export async function printDiff(socket: string, { file, nodeLabels, json }: DiffFlags): Promise<void> {
  const text = readFileSync(file, 'utf8')
  const after = parseBgpConfig(file, text)
  const diff = (await isRunning(socket))
    ? ((await ask(socket, `/diff?file=${encodeURIComponent(file)}`, text)) as ConfigDiff)
    : diffBgpConfig(undefined, after, nodeLabels)
  const lines = formatDiff(diff)
  console.log(json ? JSON.stringify(diff) : lines.length > 0 ? lines.join('\n') : 'nothing would change')
}
