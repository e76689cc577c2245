import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Host } from '@skep/testbed'

/** A process that loads what it is told, in a host's namespace and cgroup: `load/`. */
export class Caller implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #ended: Promise<unknown>
  readonly #name: string

  constructor(host: Host, program: string) {
    this.#name = host.name
    this.#child = host.spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout! })
    this.#ended = once(this.#child, 'exit')
  }

  /** The numbers that it answers. */
  async ask(...words: readonly (string | number)[]): Promise<readonly number[]> {
    const line = once(this.#lines, 'line') as Promise<[string]>
    this.#child.stdin!.write(`${words.join(' ')}\n`)
    const answer = await Promise.race([line, this.#ended.then(() => undefined)])
    if (answer !== undefined) return answer[0].split(' ').map(Number)
    throw new Error(`bench: ${this.#name}: ${words.join(' ')}: the process that calls has ended; it says why above`)
  }

  /** Ends what goes on until it is told. */
  tell(word: string): void {
    this.#child.stdin!.write(`${word}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill()
    await this.#ended
  }
}
