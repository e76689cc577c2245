import type { Program } from 'libbpf-ts'
import { openObject } from 'libbpf-ts'
import type { Host } from './host.ts'
import { xdpPassObject } from './xdp-pass.ts'

/** Lets in what XDP sends to a veth (`XDP_TX`, redirect): a program that passes, attached natively until it is disposed of. */
export class XdpPass implements Disposable {
  readonly #stack = new DisposableStack()
  readonly #program: Program

  constructor() {
    using object = openObject(xdpPassObject)
    this.#program = this.#stack.use(object.load()).program('xdp_pass')
  }

  attach(host: Host, device: string): void {
    this.#stack.use(host.run(() => this.#program.attachXdp({ device, mode: 'native' })))
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}
