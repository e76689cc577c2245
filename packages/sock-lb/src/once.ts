import type { SockBackend, SockFrontend } from './desired.ts'
import { textOf } from './key.ts'
import { type Slots, slotsOf } from './slots.ts'
import type { BackendState } from './state.ts'
import { canonical } from './words.ts'

/** A frontend in the maps' terms. */
interface Place {
  /** By {@link textOf}. */
  readonly text: string
  /** The same for frontends that share a service of the maps. */
  readonly key: string
  readonly slots: Slots
  /** All backends that it names. */
  readonly ids: readonly number[]
}

const places = new WeakMap<SockFrontend, Place>()
const states = new WeakMap<SockBackend, BackendState>()

/** Worked out once for each object: from one round to the next nearly all are the same. */
export function placeOf(frontend: SockFrontend): Place {
  const known = places.get(frontend)
  if (known) return known
  const made = place(frontend)
  places.set(frontend, made)
  return made
}

/** Likewise. */
export function backendStateOf(backend: SockBackend): BackendState {
  const known = states.get(backend)
  if (known) return known
  const made = { address: canonical(backend.address), port: backend.port }
  states.set(backend, made)
  return made
}

/** Whether sockets have to do with it. */
export function isForSockets({ scope, protocol }: SockFrontend): boolean {
  return scope === 'internal' && protocol !== 'SCTP'
}

export function nameOf({ service, portName }: Pick<SockFrontend, 'service' | 'portName'>): string {
  return portName === '' ? service : `${service}:${portName}`
}

function place(frontend: SockFrontend): Place {
  const { members, leftOut = [], affinitySeconds = 0, whenEmpty, protocol } = frontend
  const slots = slotsOf(members, leftOut)
  return {
    text: textOf({ ...frontend, protocol: protocol === 'UDP' ? 'UDP' : 'TCP' }),
    key: [nameOf(frontend), protocol, affinitySeconds, whenEmpty, slots.active, slots.draining].join(' '),
    slots,
    ids: [...members.map(({ backend }) => backend), ...leftOut],
  }
}
