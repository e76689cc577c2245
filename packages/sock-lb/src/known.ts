import type { SockBackend } from './desired.ts'
import { fromText } from './key.ts'
import type { State } from './state.ts'

/** The backends in the maps, with the protocol of the frontends that have them. Pure. */
export function knownBackends({ frontends, services, backends }: State): SockBackend[] {
  const known = new Map<number, SockBackend>()
  for (const [text, { service }] of frontends) {
    const { protocol } = fromText(text)
    const { active = [], draining = [] } = services.get(service)?.slots ?? {}
    for (const id of [...active, ...draining]) {
      const backend = backends.get(id)
      if (backend) known.set(id, { id, protocol, ...backend })
    }
  }
  return [...known.values()]
}
