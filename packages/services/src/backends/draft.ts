import type { Backend } from '../model/backend.ts'

/** A backend before it has an id. */
export interface BackendDraft extends Omit<Backend, 'id'> {
  /** Tells backends apart, see `backendKey`. */
  readonly key: string
}

/** `TCP 10.0.0.1:80`: what tells backends apart. */
export function backendKey(protocol: string, address: string, port: number): string {
  return address.includes(':') ? `${protocol} [${address}]:${port}` : `${protocol} ${address}:${port}`
}
