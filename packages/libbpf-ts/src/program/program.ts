import { checked } from '../errors.ts'
import { Handle } from '../handle.ts'
import { attachCgroup, type CgroupOptions } from '../links/cgroup.ts'
import type { Link } from '../links/link.ts'
import { attachSkLookup, type SkLookupOptions } from '../links/sk-lookup.ts'
import { attachTc, type TcFilter, type TcHook } from '../links/tc.ts'
import { attachTcx, type TcxOptions } from '../links/tcx.ts'
import { attachTracepoint, type TracepointOptions } from '../links/tracepoint.ts'
import { attachUprobe, type UprobeOptions } from '../links/uprobe.ts'
import { attachXdp, type XdpOptions } from '../links/xdp.ts'
import { openPin, Pinnable, takingOver } from '../pinnable.ts'
import { openById } from '../sys/object.ts'
import { programInfo, type ProgramInfo } from './info.ts'
import { testRun, type TestRunOptions, type TestRunResult } from './test-run.ts'

/**
 * A loaded program. `using` closes the fd; the program lives as long as a link, a pin, a map or another fd holds it.
 */
export class Program extends Pinnable {
  /** `enum bpf_attach_type` that it was loaded for; undefined for programs that were not loaded by this object. */
  readonly attachType: number | undefined

  /** Takes the fd over. */
  constructor(
    fd: number,
    from: { readonly name?: string; readonly attachType?: number; readonly pinned?: string } = {},
  ) {
    const name = from.name ?? takingOver(fd, programInfo).name
    super(new Handle('program', fd, name), from.pinned)
    this.attachType = from.attachType
  }

  /** Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 4.4. Equivalent to: `bpftool prog show pinned <path>`. */
  static open(path: string): Program {
    return new Program(openPin('program', path), { pinned: path })
  }

  /** Errors: NOT_FOUND. Minimum kernel 4.13. Equivalent to: `bpftool prog show id <id>`. */
  static openById(id: number): Program {
    return new Program(checked(openById('program', id), 'program.open', `program id ${id}`))
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

  /**
   * Attaches an XDP program to a device of this thread's network namespace.
   *
   * Errors: NOT_FOUND; BUSY or EXISTS, when a program is there; NOT_SUPPORTED, when the driver has no such mode.
   * Minimum kernel 5.9. Equivalent to: `bpftool net attach xdpdrv|xdpgeneric|xdpoffload` (as a link).
   */
  attachXdp(options: XdpOptions): Link {
    return attachXdp(this, options)
  }

  /**
   * Attaches a tc program to a device of this thread's network namespace, at a chosen place among others.
   *
   * Errors: NOT_FOUND; EXISTS; NOT_SUPPORTED before 6.6: use {@link attachTc}.
   * Minimum kernel 6.6. Equivalent to: `bpftool net attach tcx_ingress|tcx_egress` (as a link).
   */
  attachTcx(options: TcxOptions): Link {
    return attachTcx(this, options)
  }

  /**
   * Attaches a tc program by a clsact qdisc. The filter has no link and so no pin: `keep()` leaves it in place.
   *
   * Errors: NOT_FOUND; EXISTS. Minimum kernel 4.5.
   * Equivalent to: `tc qdisc add dev <device> clsact; tc filter add dev <device> ingress bpf da …`.
   */
  attachTc(hook: TcHook): TcFilter {
    return attachTc(this, hook)
  }

  /**
   * Attaches a program to a cgroup, beside those that are there.
   *
   * Errors: NOT_FOUND; INVALID_INPUT. Minimum kernel 5.7.
   * Equivalent to: `bpftool cgroup attach <cgroup> <hook> … multi` (as a link).
   */
  attachCgroup(options: CgroupOptions): Link {
    return attachCgroup(this, options)
  }

  /**
   * Attaches a program to a tracepoint of the kernel. The link cannot be updated.
   *
   * Errors: NOT_FOUND, when there is no such tracepoint, or no tracefs (`mountTracefs()`). Minimum kernel 5.15.
   * `bpftool` only lists it: `bpftool link show`.
   */
  attachTracepoint(options: TracepointOptions): Link {
    return attachTracepoint(this, options)
  }

  /**
   * Attaches a program to a place in user-space code. The link cannot be updated.
   *
   * Errors: NOT_FOUND, when the file or the symbol is not there. Minimum kernel 5.15.
   * `bpftool` only lists it: `bpftool link show`.
   */
  attachUprobe(options: UprobeOptions): Link {
    return attachUprobe(this, options)
  }

  /**
   * Attaches a program that picks the listening socket for packets of a network namespace.
   *
   * Errors: NOT_FOUND. Minimum kernel 5.9. `bpftool` only lists it: `bpftool link show`.
   */
  attachSkLookup(options?: SkLookupOptions): Link {
    return attachSkLookup(this, options)
  }
}
