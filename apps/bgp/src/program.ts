import { readFileSync } from 'node:fs'
import { type ConfigDiff, diffBgpConfig, formatDiff, type Labels, parseBgpConfig, type PeerStatus } from '@skep/bgp'
import { Command, InvalidArgumentError } from 'commander'
import { ask, askText, isRunning } from './ask.ts'
import { run } from './run.ts'
import { explanation, peersTable, routesTable, type ShownRoute, table } from './tables.ts'

const SOCKET = '/run/skep/bgp.sock'

/** The command line. */
export function program(version: string): Command {
  const root = new Command('skep-bgp')
    .description('A BGP speaker: announces what a file says, in our own YAML or as MetalLB’s ConfigMap has it.')
    .version(version)
    .option('--socket <path>', 'where the running speaker answers', SOCKET)
  const socket = (): string => root.opts<{ socket: string }>().socket
  addRun(root, socket)
  addPeers(root, socket)
  addRoutes(root, socket)
  addReceived(root, socket)
  addDiff(root, socket)
  root
    .command('metrics')
    .description('the metrics, in Prometheus’ text format')
    .action(async () => {
      process.stdout.write(await askText(socket(), '/metrics'))
    })
  return root
}

function addRun(root: Command, socket: () => string): void {
  root
    .command('run')
    .description('speaks until SIGTERM; SIGHUP has the file read again, and a wrong one changes nothing')
    .requiredOption('-f, --file <file>', 'the configuration')
    .option('--router-id <address>', 'where the file says none')
    .option('--node-labels <labels>', 'this node’s, like zone=a,rack=7', labels, {})
    .option('--restarted', 'peers may have kept our routes since we were here last', false)
    .option('--keep-routes', 'at the end, leave peers that can to keep our routes', false)
    .option('--metrics <address>', 'serve /metrics there, like 127.0.0.1:9179', endpoint)
    .action(async (options: Omit<Parameters<typeof run>[0], 'socket'>) => run({ ...options, socket: socket() }))
}

function addPeers(root: Command, socket: () => string): void {
  root
    .command('peers')
    .description('how each peer is')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const peers = (await ask(socket(), '/peers')) as PeerStatus[]
      console.log(json ? JSON.stringify(peers) : peersTable(peers, Date.now()))
    })
}

function addRoutes(root: Command, socket: () => string): void {
  root
    .command('routes [prefix]')
    .description('what is announced, by whom and why')
    .option('--explain', 'what becomes of each route at each peer, and why', false)
    .option('--json', 'as JSON', false)
    .action(async (prefix: string | undefined, { explain, json }: { explain: boolean; json: boolean }) => {
      const query = prefix === undefined ? '' : `?prefix=${encodeURIComponent(prefix)}`
      const routes = (await ask(socket(), `/routes${query}`)) as ShownRoute[]
      if (json) console.log(JSON.stringify(routes))
      else if (prefix !== undefined && routes.length === 0) console.log(`${prefix}: nobody announces it`)
      else console.log(explain ? explanation(routes) : routesTable(routes))
    })
}

function addReceived(root: Command, socket: () => string): void {
  root
    .command('received <peer>')
    .description('what a peer has sent; it is counted and shown, and nothing is done with it')
    .option('--json', 'as JSON', false)
    .action(async (peer: string, { json }: { json: boolean }) => {
      const routes = (await ask(socket(), `/received?peer=${encodeURIComponent(peer)}`)) as ReceivedShown[]
      const rows = routes.map(({ prefix, nextHop, attributes, stale }) => [
        prefix,
        nextHop.address,
        attributes.asPath ?? '',
        stale ? 'stale' : '',
      ])
      console.log(json ? JSON.stringify(routes) : table([['PREFIX', 'NEXT HOP', 'AS PATH', ''], ...rows]))
    })
}

interface ReceivedShown {
  readonly prefix: string
  readonly nextHop: { readonly address: string }
  readonly attributes: { readonly asPath?: string }
  readonly stale: boolean
}

function addDiff(root: Command, socket: () => string): void {
  root
    .command('diff')
    .description('what would be announced and withdrawn if the speaker took this file; where none runs, all of it')
    .requiredOption('-f, --file <file>', 'the configuration')
    .option('--node-labels <labels>', 'this node’s, where no speaker runs', labels, {})
    .option('--json', 'as JSON', false)
    .action(async ({ file, nodeLabels, json }: { file: string; nodeLabels: Labels; json: boolean }) => {
      const text = readFileSync(file, 'utf8')
      const after = parseBgpConfig(file, text)
      const diff = (await isRunning(socket()))
        ? ((await ask(socket(), `/diff?file=${encodeURIComponent(file)}`, text)) as ConfigDiff)
        : diffBgpConfig(undefined, after, nodeLabels)
      const lines = formatDiff(diff)
      console.log(json ? JSON.stringify(diff) : lines.length > 0 ? lines.join('\n') : 'nothing would change')
    })
}

function labels(text: string): Labels {
  const pairs = text.split(',').map((pair) => /^([^=]+)=(.*)$/.exec(pair))
  if (pairs.includes(null)) throw new InvalidArgumentError('write labels like zone=a,rack=7')
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]))
}

function endpoint(text: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65535)
    throw new InvalidArgumentError('write an address and a port, like 127.0.0.1:9179')
  return { host, port: Number(port) }
}
