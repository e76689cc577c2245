import { join } from 'node:path'

/** Where the commands ask: `<state-dir>/agent.sock`. */
export function socketOf(stateDir: string): string {
  return join(stateDir, 'agent.sock')
}
