import type { Framing } from './http-body.ts'

/** What a check wants to know of a response's head. */
export interface Head {
  readonly status: number
  readonly framing: Framing
}

const statusLine = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |\r?\n)/
const longestHead = 65_536

/** Where the head ends: behind its blank line; -1 while that is still to come. */
function endOf(text: string): number {
  const found = /\r?\n\r?\n/.exec(text)
  return found === null ? -1 : found.index + found[0].length
}

/** A response's head, read as it comes. Interim responses (1xx) are passed over. */
export class HeadReader {
  #text = ''

  /** The status as soon as its line is there, without waiting for the rest of the head. */
  get status(): number | undefined {
    const status = Number(statusLine.exec(this.#text)?.[1] ?? 0)
    return status >= 200 ? status : undefined
  }

  /** What came so far, for a message. */
  get text(): string {
    return this.#text
  }

  /** The head and the bytes behind it, `undefined` while it is incomplete, or what is wrong with it. */
  take(chunk: Buffer): { readonly head: Head; readonly rest: Buffer } | { readonly wrong: string } | undefined {
    this.#text += chunk.toString('latin1')
    for (;;) {
      if (!couldBeHead(this.#text)) return { wrong: 'not an HTTP/1.1 response' }
      const end = endOf(this.#text)
      if (end < 0) return this.#text.length > longestHead ? { wrong: 'HTTP head of more than 64 KiB' } : undefined
      const status = Number(statusLine.exec(this.#text)?.[1] ?? 0)
      if (status === 0) return { wrong: 'not an HTTP/1.1 response' }
      const head = this.#text.slice(0, end)
      const rest = this.#text.slice(end)
      if (status >= 200) return { head: { status, framing: framingOf(head) }, rest: Buffer.from(rest, 'latin1') }
      this.#text = rest
    }
  }
}

function couldBeHead(text: string): boolean {
  const start = 'HTTP/1.'
  return text.slice(0, start.length) === start.slice(0, text.length)
}

function framingOf(head: string): Framing {
  if (/\ntransfer-encoding:[^\n]*chunked/i.test(head)) return { chunked: true }
  const length = /\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r?\n/i.exec(head)?.[1]
  return length === undefined ? undefined : { length: Number(length) }
}
