import { checked } from '../errors.ts'
import { programTypeName } from '../program/types.ts'
import { addon, type NativeObject, type NativeProgram } from '../sys/addon.ts'

interface Opened {
  readonly native: () => NativeObject
  readonly program: NativeProgram
}

/** A program as an object file declares it. */
export class ProgramSpec {
  readonly name: string
  /** What type and hook follow from: `xdp`, `tc`, `cgroup/connect4`, `tracepoint/…`. */
  readonly section: string
  /** As `bpftool prog` shows it: `xdp`, `sched_cls`. */
  readonly type: string
  readonly typeNumber: number
  /** `enum bpf_attach_type` */
  readonly attachType: number
  readonly #native: () => NativeObject
  #autoload: boolean

  constructor({ native, program }: Opened) {
    this.name = program.name
    this.section = program.section
    this.type = programTypeName(program.type)
    this.typeNumber = program.type
    this.attachType = program.attachType
    this.#native = native
    this.#autoload = program.autoload
  }

  /**
   * Whether the program is loaded with the object. Sections that begin with `?` start as false. Asks no kernel.
   * No equivalent in `bpftool`, which loads all.
   */
  get autoload(): boolean {
    return this.#autoload
  }

  set autoload(value: boolean) {
    checked(
      addon().programAutoload(this.#native(), this.name, value ? 1 : 0),
      'spec.autoload',
      `program "${this.name}"`,
    )
    this.#autoload = value
  }
}
