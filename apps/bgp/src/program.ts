import type { Labels } from '@skep/bgp'
import { Command, InvalidArgumentError } from 'commander'
import type * as Actions from './actions.ts'
import type { RunOptions } from './run.ts'

const SOCKET = '/run/skep/bgp.sock'

/** What commands do; whoever only asks for help does without. */
const actions = (): Promise<typeof Actions> => import('./actions.ts')

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
    .action(async () => (await actions()).printMetrics(socket()))
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
    .action(async (options: Omit<RunOptions, 'socket'>) =>
      (await import('./run.ts')).run({ ...options, socket: socket() }),
    )
}

function addPeers(root: Command, socket: () => string): void {
  root
    .command('peers')
    .description('how each peer is')
    .option('--json', 'as JSON', false)
    .action(async (flags: Actions.Shown) => (await actions()).printPeers(socket(), flags))
}

function addRoutes(root: Command, socket: () => string): void {
  root
    .command('routes [prefix]')
    .description('what is announced, by whom and why')
    .option('--explain', 'what becomes of each route at each peer, and why', false)
    .option('--json', 'as JSON', false)
    .action(async (prefix: string | undefined, flags: Actions.RoutesShown) =>
      (await actions()).printRoutes(socket(), prefix, flags),
    )
}

function addReceived(root: Command, socket: () => string): void {
  root
    .command('received <peer>')
    .description('what a peer has sent; it is counted and shown, and nothing is done with it')
    .option('--json', 'as JSON', false)
    .action(async (peer: string, flags: Actions.Shown) => (await actions()).printReceived(socket(), peer, flags))
}

function addDiff(root: Command, socket: () => string): void {
  root
    .command('diff')
    .description('what would be announced and withdrawn if the speaker took this file; where none runs, all of it')
    .requiredOption('-f, --file <file>', 'the configuration')
    .option('--node-labels <labels>', 'this node’s, where no speaker runs', labels, {})
    .option('--json', 'as JSON', false)
    .action(async (flags: Actions.DiffFlags) => (await actions()).printDiff(socket(), flags))
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
