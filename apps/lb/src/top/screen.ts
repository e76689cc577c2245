import type { ReadStream, WriteStream } from 'node:tty'
import type { Size } from './view.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'

/** A terminal, taken over: another page of it, no cursor, keys as they are typed. Given back however the process ends. */
export class Screen implements Disposable {
  readonly #input: ReadStream
  readonly #output: WriteStream
  readonly #leave = () => this.#restore()
  #taken = true

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input
    this.#output = output
    process.once('exit', this.#leave)
    output.write(ENTER)
    if (input.isTTY) input.setRawMode(true)
    input.setEncoding('utf8').resume()
  }

  get size(): Size {
    return { rows: this.#output.rows || 24, columns: this.#output.columns || 80 }
  }

  /** Calls back with what is typed. */
  onKeys(listener: (typed: string) => void): void {
    this.#input.on('data', (typed: string) => listener(typed))
  }

  onResize(listener: () => void): void {
    this.#output.on('resize', listener)
  }

  draw(lines: readonly string[]): void {
    this.#output.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`)
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#leave)
    this.#restore()
    this.#input.removeAllListeners('data').pause()
    this.#output.removeAllListeners('resize')
  }

  #restore(): void {
    if (!this.#taken) return
    this.#taken = false
    if (this.#input.isTTY) this.#input.setRawMode(false)
    this.#output.write(LEAVE)
  }
}
