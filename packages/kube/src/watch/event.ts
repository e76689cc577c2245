/** One event of a watch, as it comes. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: unknown
}

const types = new Set<unknown>(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'])

/** Reads a line of a watch. `undefined`: it is none. */
export function parseEvent(line: Buffer): WatchEvent | undefined {
  try {
    const event = JSON.parse(line.toString()) as Partial<WatchEvent> | null
    const object = event?.object
    return types.has(event?.type) && typeof object === 'object' && object !== null ? (event as WatchEvent) : undefined
  } catch {
    return undefined
  }
}

/** The version of an object that comes in an event, where it says one. */
export function versionOf(object: unknown): string | undefined {
  const version = (object as { metadata?: { resourceVersion?: unknown } | null }).metadata?.resourceVersion
  return typeof version === 'string' && version !== '' ? version : undefined
}

/** Whether a bookmark says that all objects have come that there were when the watch began. */
export function endsInitial(object: unknown): boolean {
  const { annotations } =
    (object as { metadata?: { annotations?: Record<string, unknown> | null } | null }).metadata ?? {}
  return annotations?.['k8s.io/initial-events-end'] === 'true'
}
