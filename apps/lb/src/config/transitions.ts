import { formatEndpoint } from '@skep/lb-maps'
import type { Config } from './config.ts'
import type { Finding } from '@skep/config-file'
import { type BackendState, mayBecome, refusedTransition } from './state.ts'

/** States that may not follow the ones before. */
export function transitionFindings(before: Config, after: Config): Finding[] {
  const old = bound(before)
  if (old.size === 0) return []
  return after.services.flatMap(({ name, backends }, i) =>
    backends.flatMap(({ address, port, state }, j): Finding[] => {
      const from = old.get(placeOf(name, address, port))
      if (from === undefined || mayBecome(from, state)) return []
      return [{ path: ['spec', 'services', i, 'backends', j, 'state'], message: refusedTransition(from, state) }]
    }),
  )
}

/** Who may not become everything: there may be a hundred thousand who may. */
function bound({ services }: Config): Map<string, BackendState> {
  const states = new Map<string, BackendState>()
  for (const { name, backends } of services)
    for (const { address, port, state } of backends)
      if (state !== 'active') states.set(placeOf(name, address, port), state)
  return states
}

function placeOf(service: string, address: string, port: number): string {
  return `${service} ${formatEndpoint(address, port)}`
}
