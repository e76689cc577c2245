import { checked } from '../errors.ts'
import { Handle } from '../handle.ts'
import type { Link } from '../links/link.ts'
import { attachXdp, type XdpOptions } from '../links/xdp.ts'
import { pin, unpin } from '../pin.ts'
import { openById, openPinned } from '../sys/object.ts'
import { programInfo, type ProgramInfo } from './info.ts'
import { testRun, type TestRunOptions, type TestRunResult } from './test-run.ts'

/**
 * A loaded program. `using` closes the fd; the program lives as long as a link, a pin, a map or another fd holds it.
 */
export class Program implements Disposable {
  readonly handle: Handle
  /** `enum bpf_attach_type` that it was loaded for; undefined for programs that were not loaded by this object. */
  readonly attachType: number | undefined
  #pinned: string | undefined

  /** Takes the fd over. `name`: the full one, where the kernel's is cut to 15 characters. */
  constructor(fd: number, name?: string, attachType?: number) {
    this.handle = new Handle('program', fd, name ?? programInfo(fd).name)
    this.attachType = attachType
  }

  /** Errors: NOT_FOUND. Minimum kernel 4.4. Equivalent to: `bpftool prog show pinned <path>`. */
  static open(path: string): Program {
    return new Program(checked(openPinned(path), 'program.open', `pin ${path}`))
  }

  /** Errors: NOT_FOUND. Minimum kernel 4.13. Equivalent to: `bpftool prog show id <id>`. */
  static openById(id: number): Program {
    return new Program(checked(openById('program', id), 'program.open', `program id ${id}`))
  }

  /** The function's name in the object file; for programs opened otherwise, the kernel's, cut to 15 characters. */
  get name(): string {
    return this.handle.name
  }

  /** Errors: CLOSED. */
  get fd(): number {
    return this.handle.fd
  }

  /** Minimum kernel 4.13. Equivalent to: `bpftool prog show`. */
  info(): ProgramInfo {
    return programInfo(this.fd)
  }

  /**
   * Runs the program on a packet or a context, without attaching it.
   *
   * Errors: NOT_SUPPORTED for types that have no test run. Minimum kernel 4.12. Equivalent to: `bpftool prog run`.
   */
  testRun(options: TestRunOptions = {}): TestRunResult {
    return testRun(this, options)
  }

  /** Errors: EXISTS. Minimum kernel 4.4. Equivalent to: `bpftool prog pin`. */
  pin(path: string): void {
    pin(this.handle, path)
    this.#pinned = path
  }

  /** Removes the pin at `path`, or the one that {@link pin} made. Equivalent to: `rm <path>`. */
  unpin(path: string | undefined = this.#pinned): void {
    unpin(this.handle, path)
    this.#pinned = undefined
  }

  /** {@inheritDoc attachXdp} */
  attachXdp(options: XdpOptions): Link {
    return attachXdp(this, options)
  }

  close(): void {
    this.handle.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
