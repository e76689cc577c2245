/** A descriptor of this package that is open in this thread. */
export interface OpenHandle {
  readonly kind: 'raw' | 'packet' | 'tcp' | 'udp'
  readonly fd: number
  /** What it is for: `raw ipv4 socket, protocol 112`. */
  readonly detail: string
}

const open = new Map<number, OpenHandle>()

/**
 * Everything that this package has open in this thread: a test kit's leak check wants it empty. Asks no kernel.
 * Equivalent to `ls -l /proc/self/fd`, with what each is for.
 */
export function openHandles(): readonly OpenHandle[] {
  return [...open.values()]
}

export function handleOpened(handle: OpenHandle): void {
  open.set(handle.fd, handle)
}

export function handleClosed(fd: number): void {
  open.delete(fd)
}
