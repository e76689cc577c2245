import { rmSync } from 'node:fs'
import { Link, type Program } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { LinkHook } from './pins.ts'
import type { Attached } from './attached.ts'

/** Where something attached is pinned, and what its name tells. */
export interface PinPlace {
  readonly paths: InstancePaths
  readonly pin: string
  readonly path: string
  readonly device: string
  readonly hook: LinkHook
}

/** By a link, which its pin holds. */
export class PinnedLink implements Attached {
  readonly pin: string
  readonly device: string
  readonly hook: LinkHook
  readonly ifindex: number
  readonly programId: number
  readonly #path: string
  readonly #link: Link

  constructor({ pin, path, device, hook }: PinPlace) {
    this.pin = pin
    this.device = device
    this.hook = hook
    this.#path = path
    this.#link = Link.open(path)
    const { ifindex = 0, programId } = this.#link.info()
    this.ifindex = ifindex
    this.programId = programId
  }

  update(program: Program, options: { readonly expected?: Program } = {}): void {
    this.#link.update(program, options)
  }

  detach(): void {
    if (this.ifindex !== 0) this.#link.detach()
    rmSync(this.#path)
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]()
  }
}
