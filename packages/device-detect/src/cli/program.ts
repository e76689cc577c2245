import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { openNetlink } from 'netlink-ts'
import { detect } from '../detect/detect.ts'
import { assignRoles } from '../roles/roles.ts'
import { parseSelection } from '../selection/parse.ts'
import type { Selection } from '../selection/types.ts'
import { readSnapshot } from '../snapshot/read.ts'
import { follow } from './follow.ts'
import { formatDetection } from './format.ts'
import { jsonReport } from './json.ts'
import { type CliOptions, roleOptions } from './options.ts'

const help = `
DEVICES is a list of entries, separated by commas:
  auto                        what the routes of all tables tell
  eth0                        this device, which must be there
  eth*, eth?, eth[0-3], eth+  names that match (eth+ is eth*, as with Cilium)
  -docker*                    none of these, whatever else chooses them
  +wg0                        this device, whenever it is there

Examples:
  device-detect
  device-detect --devices auto,-docker*,+wg0 -o json
  device-detect --json | jq -r '.devices[]'
  device-detect --netns blue --follow

Exit status: 0; 1 where an entry is wrong, or a device is named that is not there.`

/** The command line. It changes nothing, and takes no rights but for --netns. */
export function program(): Command {
  return new Command('device-detect')
    .description('show which network devices carry traffic from outside, and for every device why')
    .version(version())
    .addOption(
      new Option('--devices <devices>', 'which devices to choose')
        .argParser(selection)
        .default(selection('auto'), 'auto'),
    )
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addOption(new Option('--json', 'the same as -o json').implies({ output: 'json' }))
    .option('-f, --follow', 'go on, and print each change; with -o json a document a line')
    .addOption(new Option('--family <family>', 'only routes of this family count').choices(['ipv4', 'ipv6']))
    .option('--no-layer3', 'leave devices out whose packets have no Ethernet header')
    .option('--netns <name>', 'look into this network namespace (a name of ip netns, or a path); as root')
    .option('--node-ip <address…>', "the node's addresses, for direct routing", (text: string) => text.split(','), [])
    .option('--direct-routing-device <device>', 'the device of direct routing')
    .option('--ipv6-mcast-device <device>', 'the device of IPv6 multicast')
    .addHelpText('after', help)
    .action(run)
}

async function run(options: CliOptions): Promise<void> {
  using netlink = openNetlink({ ns: options.netns })
  if (options.follow) return await follow(netlink, options)
  const families = options.family && [options.family]
  const snapshot = readSnapshot(netlink, { families })
  const detection = detect(snapshot, options.devices, { layer3: options.layer3 })
  const roles = assignRoles(snapshot, detection, roleOptions(options))
  const report =
    options.output === 'json'
      ? JSON.stringify(jsonReport(detection, roles), undefined, 2)
      : formatDetection(detection, roles)
  console.log(report)
  if (detection.problems.length > 0) process.exitCode = 1
}

function selection(text: string): Selection {
  const { selection: found, problems } = parseSelection(text.split(','))
  if (found) return found
  throw new InvalidArgumentError(problems.map(({ message }) => message).join('; '))
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
