import { spawnSync } from 'node:child_process'

/** Words before a router's program: its processor is its own, and what else this machine does must not flap its BFD. */
export function first(): readonly [string, ...string[]] {
  const realtime = ['chrt', '--rr', '1'] as const
  const [program, ...words] = realtime
  return spawnSync(program, [...words, 'true']).status === 0 ? realtime : ['nice', '-n', '-20']
}
