import { type Command, InvalidArgumentError, Option } from 'commander'
import { type BackendRow, backendColumns, backendRows } from '../get/backends.ts'
import type { BgpReport } from '../bgp/report.ts'
import { formatBgp } from '../get/bgp.ts'
import { connectionColumns, connections } from '../get/connections.ts'
import { deviceColumns, deviceRows } from '../get/devices.ts'
import { type EndpointPattern, parseEndpointPattern } from '../get/endpoint.ts'
import { type Format, formats, render } from '../get/format.ts'
import { Limited } from '../get/limit.ts'
import { serviceColumns, serviceRows } from '../get/services.ts'
import { renderStream, writeStream } from '../get/stream.ts'
import { readHealth } from '../health/report.ts'
import type { ConnectionState } from '@skep/lb-engine'
import { instancePaths } from '../instance/paths.ts'
import { Declared, lastConfig } from '../status/last-config.ts'
import { askApi } from './api.ts'
import { documented, notInstalled } from './help.ts'
import { onInstance } from './instance.ts'
import { wholeNumber } from './numbers.ts'
import { addCommand, type InstanceFlags } from './options.ts'

interface GetFlags extends InstanceFlags {
  readonly output: Format
}

interface ConnectionFlags extends GetFlags {
  readonly client?: EndpointPattern
  readonly backend?: EndpointPattern
  readonly service?: string
  readonly state?: readonly ConnectionState[]
  readonly limit: number
}

const openStates = ['opening', 'established', 'closing', 'closed'] as const satisfies readonly ConnectionState[]

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
    onInstance(flags, async (open, paths) => {
      const rows = serviceRows(open, lastConfig(paths), await readHealth(paths))
      console.log(render(rows, serviceColumns, flags.output))
    }),
  )
}

function addBackends(get: Command): void {
  const examples = ['skep-lb get backends --service web']
  subject(get, 'backends', 'the backends of each frontend, with their share of new connections', examples)
    .option('--service <service>', 'only of this service or frontend')
    .action(async (flags: GetFlags & { readonly service?: string }) =>
      onInstance(flags, async (open, paths) => {
        const rows = backendRows(open, lastConfig(paths), await readHealth(paths))
        console.log(render(ofService(rows, flags.service), backendColumns, flags.output))
      }),
    )
}

function ofService(rows: readonly BackendRow[], wanted: string | undefined): readonly BackendRow[] {
  if (wanted === undefined) return rows
  return rows.filter(
    ({ service, frontend }) => service === wanted || frontend === wanted || frontend.startsWith(`${wanted}/`),
  )
}

function addDevices(get: Command): void {
  const examples = ['skep-lb get devices']
  subject(
    get,
    'devices',
    'the devices that packets are balanced on, and how; the others, and why not',
    examples,
  ).action(async (flags: GetFlags) =>
    onInstance(flags, (_open, paths) => console.log(render(deviceRows(paths), deviceColumns, flags.output))),
  )
}

function addConnections(get: Command): void {
  const examples = [
    'skep-lb get connections --service web --state established',
    'skep-lb get connections --client 198.51.100.0/24 --limit 0 -o json',
  ]
  subject(get, 'connections', 'the connections in the NAT table', examples)
    .option('--client <address>', 'only from this address, network or address:port', endpoint('--client'))
    .option('--service <service>', 'only to this service or frontend')
    .option('--backend <backend>', 'only to this address, network or address:port', endpoint('--backend'))
    .addOption(new Option('--state <state,…>', 'only in these states').argParser(states))
    .option('--limit <number>', 'so many at most; 0: all', wholeNumber(0, 2 ** 32), 1000)
    .action(async (flags: ConnectionFlags) =>
      onInstance(flags, async ({ tables, maps, config }, paths) => {
        if (config === undefined) return
        const { client, backend, service, state, limit, output } = flags
        const source = { tables, maps, config, declared: new Declared(lastConfig(paths)) }
        const filter = {
          ...(client && { client }),
          ...(backend && { backend }),
          ...(service !== undefined && { service }),
          ...(state && { states: state }),
        }
        const rows = new Limited(connections(source, filter), limit)
        await writeStream(renderStream(rows, connectionColumns, output), process.stdout)
        if (rows.more) console.error(`these are the first ${limit}; --limit 0 shows all`)
      }),
    )
}

function addBgp(get: Command): void {
  const examples = ['skep-lb get bgp', 'skep-lb get bgp -o json']
  const text = 'the sessions with routers, and why each service address is announced or not; asks run'
  subject(get, 'bgp', text, examples).action(async (flags: GetFlags) => {
    const { bgp } = await askApi<{ bgp: BgpReport | null }>(instancePaths(flags), { method: 'GET', path: '/v1/bgp' })
    console.log(formatBgp(bgp, flags.output))
  })
}

function subject(get: Command, name: string, text: string, examples: readonly string[]): Command {
  const command = addCommand(get, name, text).addOption(
    new Option('-o, --output <format>', 'how to print it').choices(formats).default('table'),
  )
  return documented(command, examples, notInstalled)
}

function endpoint(option: string): (text: string) => EndpointPattern {
  return (text) => parseEndpointPattern(option, text)
}

function states(text: string): ConnectionState[] {
  return text.split(',').map((word) => {
    const state = openStates.find((one) => one === word)
    if (state === undefined) throw new InvalidArgumentError(`${word} is no state; there are ${openStates.join(', ')}`)
    return state
  })
}
