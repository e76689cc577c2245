import { BpfError, checked, kernelRefusal, NotSupported } from '../errors.ts'
import { Handle } from '../handle.ts'
import { openPin, Pinnable } from '../pinnable.ts'
import { detachLink, updateLink } from '../sys/link.ts'
import { openById } from '../sys/object.ts'
import { linkInfo, type LinkInfo } from './link-info.ts'

interface AttachedProgram {
  readonly fd: number
  readonly name: string
}

export interface UpdateOptions {
  /** The program that must be there now, or the update is refused: nobody else's change is overwritten. */
  readonly expected?: AttachedProgram
}

const EINVAL = -22
const ENOLINK = -67
const ESTALE = -116

/**
 * A program attached to a hook. `using` closes the fd: an unpinned link detaches then, a pinned one stays.
 */
export class Link extends Pinnable {
  /** Takes the fd over. `name` says what it is attached to. */
  constructor(fd: number, name: string, pinned?: string) {
    super(new Handle('link', fd, name), pinned)
  }

  /**
   * Adopts a pinned link.
   *
   * Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 5.7. Equivalent to: `bpftool link show pinned <path>`.
   */
  static open(path: string): Link {
    return new Link(openPin('link', path), path, path)
  }

  /** Errors: NOT_FOUND. Minimum kernel 5.8. Equivalent to: `bpftool link show id <id>`. */
  static openById(id: number): Link {
    return new Link(checked(openById('link', id), 'link.open', `link id ${id}`), `id ${id}`)
  }

  /**
   * Puts another program in the place of the present one, atomically: no packet passes by in between.
   *
   * Errors: BUSY, when `expected` is not what is there; NOT_SUPPORTED for tracepoints and uprobes; NOT_FOUND, when
   * the device or cgroup is gone. Minimum kernel 5.7 (XDP, sk_lookup: 5.9). No equivalent in `bpftool`.
   */
  update(program: AttachedProgram, options: UpdateOptions = {}): void {
    const status = updateLink(this.fd, program.fd, options.expected?.fd)
    if (status < 0) throw this.#updateRefusal(status, program, options)
  }

  /**
   * Takes the program off the hook, also when the link is pinned. The link remains, attached to nothing.
   *
   * Errors: NOT_SUPPORTED for tracepoints and uprobes (close the link instead). Minimum kernel 5.9.
   * Equivalent to: `bpftool link detach`.
   */
  detach(): void {
    checked(detachLink(this.fd), 'link.detach', `link "${this.name}"`)
  }

  /** Minimum kernel 5.8. Equivalent to: `bpftool link show`. */
  info(): LinkInfo {
    return linkInfo(this.fd)
  }

  #updateRefusal(status: number, program: AttachedProgram, options: UpdateOptions): BpfError {
    const what = `link "${this.name}" to program "${program.name}"`
    if (status === ENOLINK)
      return new BpfError('NOT_FOUND', 'link.update', `${what}: its target is gone`, { errno: status })
    const kind = linkInfo(this.fd)
    if (status === EINVAL && kind.type === 'perf_event')
      return new NotSupported('link.update', 'replacing the program of a tracepoint or uprobe', '', { errno: status })
    if (options.expected && (status === -1 || status === ESTALE || status === EINVAL))
      return new BpfError('BUSY', 'link.update', `${what}: program id ${kind.programId} is there, not the expected`, {
        errno: status,
      })
    return kernelRefusal('link.update', status, what)
  }
}
