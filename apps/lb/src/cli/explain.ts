import { isIP } from 'node:net'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Protocol } from '@skep/lb-maps'
import { documented, notInstalled } from './help.ts'
import { wholeNumber } from './numbers.ts'
import type * as Actions from './actions/explain.ts'
import { addCommand, type InstanceFlags } from './options.ts'

/** What `skep-lb explain …` takes. */
export interface ExplainFlags extends InstanceFlags {
  readonly output: 'text' | 'json'
  readonly device?: string
}

const actions = (): Promise<typeof Actions> => import('./actions/explain.ts')

export function addExplain(root: Command): void {
  const explain = root
    .command('explain')
    .description('say why: where a packet would go, what a backend gets, how a next hop does')
  documented(explain, ['skep-lb explain service web', 'skep-lb explain flow 198.51.100.7 40000 192.0.2.10 80 tcp'])
  addFlow(explain)
  addService(explain)
  addNeighbor(explain)
}

function addFlow(explain: Command): void {
  const command = subject(explain, 'flow', 'which backend the packets of a flow go to, and how; sends nothing')
    .argument('<src>', 'the sender’s address')
    .argument('<sport>', 'its port', wholeNumber(0, 65535))
    .argument('<dst>', 'the address that it sends to')
    .argument('<dport>', 'the port there', wholeNumber(0, 65535))
    .argument('<proto>', 'tcp or udp', protocol)
    .option('--device <device>', 'where it comes in; else by the device of the route back to its sender')
  documented(command, ['skep-lb explain flow 198.51.100.7 40000 192.0.2.10 80 tcp'], notInstalled).action(
    async (client: string, clientPort: number, address: string, port: number, proto: Protocol, flags: ExplainFlags) =>
      (await actions()).explainFlow({ client, clientPort, address, port, protocol: proto }, flags),
  )
}

function addService(explain: Command): void {
  const command = subject(explain, 'service', 'the ring of a service, and why each backend gets what it gets').argument(
    '<service>',
    'its name, or one frontend: 192.0.2.10:80, 192.0.2.10:80/TCP',
  )
  documented(
    command,
    ['skep-lb explain service web', 'skep-lb explain service 192.0.2.10:80/TCP'],
    notInstalled,
  ).action(async (wanted: string, flags: ExplainFlags) => (await actions()).explainService(wanted, flags))
}

function addNeighbor(explain: Command): void {
  const command = subject(
    explain,
    'neighbor',
    'where packets to an address are sent to, and how that next hop does',
  ).argument('<address>', 'a next hop, or any address behind one', ipAddress)
  documented(command, ['skep-lb explain neighbor 10.1.0.11'], notInstalled).action(
    async (address: string, flags: ExplainFlags) => (await actions()).explainNeighbor(address, flags),
  )
}

function ipAddress(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('write an IPv4 or IPv6 address, like 10.1.0.11')
  return text
}

function subject(explain: Command, name: string, text: string): Command {
  return addCommand(explain, name, text).addOption(
    new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'),
  )
}

function protocol(text: string): Protocol {
  const upper = text.toUpperCase()
  if (upper === 'TCP' || upper === 'UDP') return upper
  throw new InvalidArgumentError('write tcp or udp')
}
