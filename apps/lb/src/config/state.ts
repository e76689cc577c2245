/** What a backend is used for, apart from its health. */
export type BackendState = (typeof backendStates)[number]

/**
 * `active`: as its weight and its health say. `terminating`: it is about to end; used only if no active backend is left.
 * `quarantined`, `maintenance`: no new connections, those it has live on.
 */
export const backendStates = ['active', 'terminating', 'quarantined', 'maintenance'] as const

/** As Cilium has them: terminating is final, what is in maintenance comes back first. */
const next: Readonly<Record<BackendState, readonly BackendState[]>> = {
  active: ['terminating', 'quarantined', 'maintenance'],
  terminating: [],
  quarantined: ['active', 'terminating'],
  maintenance: ['active'],
}

/** Whether a backend that is in one state may be put into another. */
export function mayBecome(from: BackendState, to: BackendState): boolean {
  return from === to || next[from].includes(to)
}

/** Why not, and what would do. */
export function refusedTransition(from: BackendState, to: BackendState): string {
  const others = next[from]
  const way =
    others.length > 0
      ? `from there it may become ${others.join(' or ')}`
      : 'that is final: take the backend out, then add it again'
  return `"${to}" cannot follow "${from}"; ${way}`
}
