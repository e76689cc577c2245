import type { HttpCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import type { Talk } from './converse.ts'
import { type Body, bodyOf } from './http-body.ts'
import { type Head, HeadReader } from './http-head.ts'
import { fail, pass, type Target } from './probe.ts'
import { quote } from './words.ts'

const SEARCHED_BYTES = 65_536

/** The request and how its response is judged: by the status line alone, unless the body is asked for. */
export function httpTalk(spec: HttpCheck, target: Target, defaultPort: number): Talk {
  const reader = new HeadReader()
  const search = spec.bodyContains === undefined ? undefined : new Search(spec.bodyContains)
  let body: Body | undefined
  let status = 0
  const searched = (chunk: Buffer): Outcome | undefined => search!.take(body!, chunk, status)
  const headed = (head: Head, rest: Buffer): Outcome | undefined => {
    body = bodyOf(head.framing)
    return searched(rest)
  }
  return {
    greeting: request(spec, target, defaultPort),
    awaited: 'connected, but no HTTP response',
    heard: (chunk) => {
      if (body !== undefined) return searched(chunk)
      const answer = reader.take(chunk)
      if (answer !== undefined && 'wrong' in answer) return fail(`${answer.wrong}: ${quote(reader.text)}`)
      status = reader.status ?? answer?.head.status ?? 0
      if (status === 0) return undefined
      if (!isExpected(spec.expectedStatus, status))
        return fail(`HTTP status ${status}, not ${spec.expectedStatus.join(' or ')}`)
      if (search === undefined) return pass(`HTTP status ${status}`)
      return answer && headed(answer.head, answer.rest)
    },
    ended: () => (body === undefined ? fail('connection closed before an HTTP response') : search!.ended(status)),
  }
}

/** Looks for a text in the first part of a body. */
class Search {
  readonly #wanted: Buffer
  #heard = Buffer.alloc(0)

  constructor(wanted: string) {
    this.#wanted = Buffer.from(wanted)
  }

  take(body: Body, chunk: Buffer, status: number): Outcome | undefined {
    const part = body.take(chunk)
    if (part === undefined) return fail('HTTP body with broken chunks')
    this.#heard = Buffer.concat([this.#heard, part])
    if (this.#heard.includes(this.#wanted)) return pass(`HTTP status ${status}, body as expected`)
    return body.complete || this.#heard.length > SEARCHED_BYTES ? this.ended(status) : undefined
  }

  ended(status: number): Outcome {
    return fail(`HTTP status ${status}, but the body lacks ${quote(this.#wanted)}: ${quote(this.#heard)}`)
  }
}

function request({ method, path, host }: HttpCheck, { address, port }: Target, defaultPort: number): string {
  const name = address.includes(':') ? `[${address}]` : address
  const authority = host ?? (port === defaultPort ? name : `${name}:${port}`)
  return `${method} ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: skep-health\r\nAccept: */*\r\nConnection: close\r\n\r\n`
}

function isExpected(ranges: readonly string[], status: number): boolean {
  return ranges.some((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return status >= first! && status <= last!
  })
}
