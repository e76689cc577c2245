import { Option, type Command } from 'commander'
import type { CaptureOptions } from '../capture/capture.ts'
import { documented } from './help.ts'
import { wholeNumber } from './numbers.ts'
import { addCommand, type InstanceFlags } from './options.ts'

/** What `skep-lb capture` takes, beside the filter. */
export type CaptureFlags = InstanceFlags & Omit<CaptureOptions, 'filter'>

const language = `
The filter is made of parts that are joined by "and". Each must fit the packet as it arrives or as it leaves:
  host 10.0.0.1, net 10.0.0.0/8, port 80      either end; "src" or "dst" before it: that end
  tcp, udp, icmp, icmp6, ip, ip6
  service web                                 to or from one of its frontends
  backend 10.1.0.11:8080                      to or from it
  verdict DROP_TTL,DROP_NO_BACKEND            what became of it, as in skep-lb status
  dropped                                     any verdict that drops
Without a filter: every packet.
`

const examples = [
  'skep-lb capture service web and src net 10.0.0.0/8',
  'skep-lb capture dropped -w drops.pcapng -c 100',
  'skep-lb capture host 10.0.0.1 -w - | tshark -r -',
]

const { MAX_SAFE_INTEGER } = Number

export function addCapture(root: Command): void {
  const command = addCommand(
    root,
    'capture',
    'show packets as they arrive at the load balancer and as they leave, with what became of them',
  )
    .argument('[filter...]', 'which packets')
    .addOption(new Option('-w, --write <file>', 'write pcapng; - is standard output'))
    .addOption(
      number('-c, --count <packets>', 'end after so many packets', 1, MAX_SAFE_INTEGER).default(Infinity, 'no limit'),
    )
    .addOption(number('-s, --snaplen <bytes>', 'bytes of a frame', 14, 2048).default(2048))
    .addOption(number('--seconds <n>', 'end after so long, whatever happens', 1, 86_400).default(60))
    .addOption(number('--sample <n>', 'look at one packet of so many', 1, 1_000_000).default(1))
  documented(command, examples)
    .addHelpText('after', language)
    .action(async (words: readonly string[], flags: CaptureFlags) =>
      (await import('./actions/capture.ts')).showPackets(words.join(' '), flags),
    )
}

function number(flags: string, text: string, min: number, max: number): Option {
  return new Option(flags, text).argParser(wholeNumber(min, max))
}
