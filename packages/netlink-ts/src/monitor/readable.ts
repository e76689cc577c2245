import { checked } from '../error.ts'
import { native } from '../native.ts'

/** A wait for a descriptor. */
export interface Waiting {
  /** Resolves when there is something to read, or after {@link cancel}; rejects with the signal's reason. */
  readonly promise: Promise<void>
  cancel(): void
}

/** Waits until a descriptor can be read. It may be closed as soon as the wait is settled or cancelled. */
export function untilReadable(fd: number, signal: AbortSignal | undefined): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const handle = native.pollStart(fd, () => settle(resolve))
  if (typeof handle === 'number') checked('monitor', handle, 'poll')
  let settled = false
  const aborted = (): void => settle(() => reject(signal?.reason))
  signal?.addEventListener('abort', aborted, { once: true })
  return { promise, cancel: () => settle(resolve) }

  function settle(finish: () => void): void {
    if (settled || typeof handle === 'number') return
    settled = true
    native.pollStop(handle)
    signal?.removeEventListener('abort', aborted)
    finish()
  }
}
