/** Something of this package that is open in this thread. */
export interface OpenHandle {
  readonly kind: HandleKind
  readonly fd: number
  /** What it is: the name of the map or program, the device of the link. */
  readonly name: string
  /** Where it was opened: a stack trace, when {@link traceHandles} was switched on before. */
  readonly opened: string | undefined
}

export type HandleKind = 'map' | 'program' | 'link' | 'ring' | 'mapping' | 'filter' | 'statistics' | 'event' | 'btf'

// Holds what describes a handle, never its owner: what is forgotten open can still be collected, and stays listed.
const handles = new Set<OpenHandle>()
let tracing = false

/**
 * Lists what this thread has open of this package: a test kit's leak check wants it empty.
 *
 * Asks no kernel. Equivalent to: `bpftool map list`, `bpftool prog list` and `bpftool link list`, for one process.
 */
export function openHandles(): readonly OpenHandle[] {
  return [...handles]
}

/**
 * Switches on that handles opened from now on remember where they were opened. Costs some microseconds each. Asks no
 * kernel, and has no equivalent in `bpftool`.
 */
export function traceHandles(on: boolean): void {
  tracing = on
}

/** Lists a handle; give the result to {@link handleClosed}. */
export function handleOpened(kind: HandleKind, fd: number, name: string): OpenHandle {
  const handle = { kind, fd, name, opened: tracing ? new Error('opened').stack : undefined }
  handles.add(handle)
  return handle
}

export function handleClosed(handle: OpenHandle): void {
  handles.delete(handle)
}
