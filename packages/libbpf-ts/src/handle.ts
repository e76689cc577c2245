import { BpfError } from './errors.ts'
import { handleClosed, handleOpened, type HandleKind, type OpenHandle } from './leaks.ts'
import { addon } from './sys/addon.ts'

/**
 * An fd with an owner: closed once, listed by `openHandles()` until then, and refusing use afterwards. A thread that
 * ends closes its own.
 */
export class Handle implements Disposable {
  readonly kind: HandleKind
  readonly name: string
  readonly #listed: OpenHandle
  #fd: number

  constructor(kind: HandleKind, fd: number, name: string) {
    this.kind = kind
    this.name = name
    this.#fd = fd
    addon().own(fd)
    this.#listed = handleOpened(kind, fd, name)
  }

  /** Errors: CLOSED. */
  get fd(): number {
    if (this.#fd < 0) throw new BpfError('CLOSED', `${this.kind}.fd`, `the ${this.kind} "${this.name}" is closed`)
    return this.#fd
  }

  get closed(): boolean {
    return this.#fd < 0
  }

  /** Closes the fd; closing again does nothing. */
  close(): void {
    if (this.#fd < 0) return
    addon().close(this.#fd)
    this.#fd = -1
    handleClosed(this.#listed)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
