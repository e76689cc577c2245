/** Tells on stderr how far the demo is. On a terminal the line of the running step is overwritten. */
export class Progress {
  readonly #began: number = performance.now()
  readonly #live: boolean = process.stderr.isTTY
  #step = ''

  /** A new step begins. */
  step(text: string): void {
    this.#finish()
    this.#step = text
    if (this.#live) process.stderr.write(this.#line(''))
  }

  /** The running step has come so far. */
  at(text: string): void {
    if (this.#live) process.stderr.write(`\r\u001B[K${this.#line(text)}`)
  }

  end(): void {
    this.#finish()
    this.#step = ''
  }

  #finish(): void {
    if (this.#step === '') return
    process.stderr.write(this.#live ? `\r\u001B[K${this.#line('')}\n` : `${this.#line('')}\n`)
  }

  #line(text: string): string {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1).padStart(5)
    return `${seconds} s  ${this.#step}${text === '' ? '' : `: ${text}`}`
  }
}
