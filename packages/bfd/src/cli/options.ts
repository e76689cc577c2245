import { parseArgs } from 'node:util'
import { type SessionConfig, sessionConfig } from '../speak/session-config.ts'

export const help: string = `skep-bfd: Bidirectional Forwarding Detection (RFC 5880, 5881, 5883)

  skep-bfd run --peer ADDRESS [...]    keeps sessions in the foreground, and prints every change of state
  skep-bfd status --socket PATH        the sessions of a BFD process, as it has them now

options of run
  --peer ADDRESS       the peer; several times for several sessions with the same options
  --source ADDRESS     the own address (default: as the route says)
  --device NAME        the device; a link-local peer needs it
  --multihop           routers may be on the way (UDP port 4784 instead of 3784)
  --min-hops N         multihop: the least hops left of what is taken (default 1)
  --interval MS        time between packets, both ways (default 300)
  --multiplier N       so many missing packets mean that the peer is gone (default 3)
  --passive            waits until the peer is heard

options of both
  --json               one JSON object a line
  --help

run ends by SIGINT and SIGTERM, and tells the peers that it is on purpose. It answers port 3784 or 4784 alone:
no other BFD program can run in the same network namespace.
`

export type Command =
  | { readonly do: 'help' }
  | { readonly do: 'run'; readonly sessions: readonly SessionConfig[]; readonly json: boolean }
  | { readonly do: 'status'; readonly socket: string; readonly json: boolean }

/** Throws with a sentence for a command line that says nothing sensible. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      peer: { type: 'string', multiple: true, default: [] },
      source: { type: 'string' },
      device: { type: 'string' },
      multihop: { type: 'boolean', default: false },
      'min-hops': { type: 'string', default: '1' },
      interval: { type: 'string', default: '300' },
      multiplier: { type: 'string', default: '3' },
      passive: { type: 'boolean', default: false },
      socket: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { do: 'help' }
  const { source, device, multihop, passive, socket, json } = values
  switch (positionals.join(' ')) {
    case 'run': {
      if (values.peer.length === 0) throw new Error('run: no --peer; name the address of the peer')
      const [interval, multiplier, minHops] = [values.interval, values.multiplier, values['min-hops']].map(Number)
      const times = { transmitMs: interval!, receiveMs: interval!, multiplier: multiplier! }
      const common = { source, device, multihop, minHops: minHops!, passive, ...times }
      return { do: 'run', sessions: values.peer.map((peer) => sessionConfig({ ...common, peer })), json }
    }
    case 'status':
      if (socket === undefined) throw new Error('status: no --socket; name the unix socket of the BFD process')
      return { do: 'status', socket, json }
    default:
      throw new Error(`${positionals.join(' ') || 'no command'}: write "run" or "status"; --help has more`)
  }
}
