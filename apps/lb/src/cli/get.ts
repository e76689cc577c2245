import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ConnectionState } from '@skep/lb-engine'
import { type Format, formats } from '../get/formats.ts'
import { documented, notInstalled } from './help.ts'
import { wholeNumber } from './numbers.ts'
import type * as Actions from './actions/get.ts'
import { addCommand, type InstanceFlags } from './options.ts'

/** What each `skep-lb get …` takes. */
export interface GetFlags extends InstanceFlags {
  readonly output: Format
}

/** What `skep-lb get connections` takes; addresses as they were written. */
export interface ConnectionFlags extends GetFlags {
  readonly client?: string
  readonly backend?: string
  readonly service?: string
  readonly state?: readonly ConnectionState[]
  readonly limit: number
}

const openStates = ['opening', 'established', 'closing', 'closed'] as const satisfies readonly ConnectionState[]
const actions = (): Promise<typeof Actions> => import('./actions/get.ts')

export function addGet(root: Command): void {
  const get = root.command('get').description('show parts of what is in the kernel; works without run')
  documented(get, ['skep-lb get services', 'skep-lb get backends -o json'], notInstalled)
  addServices(get)
  addBackends(get)
  addDevices(get)
  addConnections(get)
  addBgp(get)
}

function addServices(get: Command): void {
  const examples = ['skep-lb get services -o wide']
  subject(get, 'services', 'the frontends, with what they have served', examples).action(async (flags: GetFlags) =>
    (await actions()).getServices(flags),
  )
}

function addBackends(get: Command): void {
  const examples = ['skep-lb get backends --service web']
  subject(get, 'backends', 'the backends of each frontend, with their share of new connections', examples)
    .option('--service <service>', 'only of this service or frontend')
    .action(async (flags: GetFlags & { readonly service?: string }) => (await actions()).getBackends(flags))
}

function addDevices(get: Command): void {
  const text = 'the devices that packets are balanced on, and how; the others, and why not'
  subject(get, 'devices', text, ['skep-lb get devices']).action(async (flags: GetFlags) =>
    (await actions()).getDevices(flags),
  )
}

function addConnections(get: Command): void {
  const examples = [
    'skep-lb get connections --service web --state established',
    'skep-lb get connections --client 198.51.100.0/24 --limit 0 -o json',
  ]
  subject(get, 'connections', 'the connections in the NAT table', examples)
    .option('--client <address>', 'only from this address, network or address:port')
    .option('--service <service>', 'only to this service or frontend')
    .option('--backend <backend>', 'only to this address, network or address:port')
    .addOption(new Option('--state <state,…>', 'only in these states').argParser(states))
    .option('--limit <number>', 'so many at most; 0: all', wholeNumber(0, 2 ** 32), 1000)
    .action(async (flags: ConnectionFlags) => (await actions()).getConnections(flags))
}

function addBgp(get: Command): void {
  const examples = ['skep-lb get bgp', 'skep-lb get bgp -o json']
  const text = 'the sessions with routers, and why each service address is announced or not; asks run'
  subject(get, 'bgp', text, examples).action(async (flags: GetFlags) => (await actions()).getBgp(flags))
}

function subject(get: Command, name: string, text: string, examples: readonly string[]): Command {
  const command = addCommand(get, name, text).addOption(
    new Option('-o, --output <format>', 'how to print it').choices(formats).default('table'),
  )
  return documented(command, examples, notInstalled)
}

function states(text: string): ConnectionState[] {
  return text.split(',').map((word) => {
    const state = openStates.find((one) => one === word)
    if (state === undefined) throw new InvalidArgumentError(`${word} is no state; there are ${openStates.join(', ')}`)
    return state
  })
}
