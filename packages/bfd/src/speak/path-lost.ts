import type { StateName } from '../wire/control-packet.ts'
import type { SessionReport } from './report.ts'

/**
 * Why what runs over the path should count as cut, when a session has changed its state (RFC 5882, 4.2); `undefined`: it
 * should not. A session that an administrator takes down, on either side, says nothing of the path.
 */
export function pathLost({ state }: Pick<SessionReport, 'state'>, from: StateName | undefined): string | undefined {
  if (from !== 'up' || state.name === 'up' || state.name === 'adminDown') return undefined
  return state.remote.state === 'adminDown' ? undefined : state.why
}
