import type { ApiClient, ApiRequest } from '../api/client.ts'
import type { Clock } from '../clock.ts'
import { KubeError } from '../error.ts'
import type { FollowOptions } from '../follow/source.ts'
import type { Tally } from '../follow/tally.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import type { ObjectStore } from '../store/object-store.ts'

export interface Limits {
  /** Objects in a page of a list. */
  readonly page: number
  /** The largest object that is read; etcd takes none above 1.5 MB, unless it is told to. */
  readonly objectBytes: number
  /** How long an answer may be silent. Bookmarks come about once a minute. */
  readonly silenceMs: number
  /** How long a list that comes as a watch may be silent, before pages are asked for. */
  readonly initialSilenceMs: number
  readonly backoff: { readonly firstMs: number; readonly mostMs: number }
}

/** What all parts of following one kind have in common. */
export class Following<T extends KubeObject> {
  readonly client: ApiClient
  readonly kind: Kind<T>
  readonly options: FollowOptions
  readonly store: ObjectStore<T>
  readonly tally: Tally
  readonly clock: Clock
  readonly random: () => number
  readonly limits: Limits
  readonly signal: AbortSignal

  constructor(parts: Omit<Following<T>, 'stream'>) {
    this.client = parts.client
    this.kind = parts.kind
    this.options = parts.options
    this.store = parts.store
    this.tally = parts.tally
    this.clock = parts.clock
    this.random = parts.random
    this.limits = parts.limits
    this.signal = parts.signal
  }

  /** An answer, chunk for chunk, until it ends, or is silent for too long. What a chunk holds is taken at once, so that readers see it as one round. */
  async stream(
    request: ApiRequest,
    silenceMs: number | (() => number),
    take: (chunk: Buffer) => void,
    begun: () => void = () => undefined,
  ): Promise<void> {
    const watchdog = new Watchdog(this.clock, this.signal)
    const allowed = (): number => (typeof silenceMs === 'number' ? silenceMs : silenceMs())
    try {
      const stream = await this.client.stream({ ...request, signal: watchdog.signal })
      begun()
      watchdog.feed(allowed())
      for await (const chunk of stream) {
        this.tally.contact(chunk.length)
        take(chunk)
        watchdog.feed(allowed())
      }
    } catch (error) {
      if (!watchdog.barked) throw error instanceof SyntaxError ? malformed(request.operation, error) : error
      throw new KubeError('SILENT', request.operation, `nothing came for ${allowed() / 1000} s`, { cause: error })
    } finally {
      watchdog.end()
    }
  }
}

/** The error of an answer that is no JSON. */
export function malformed(operation: string, cause: SyntaxError): KubeError {
  return new KubeError('MALFORMED', operation, `the answer is no JSON: ${cause.message}`, { cause })
}

/** Aborts what is not heard of for too long, or when its owner says so. */
class Watchdog {
  readonly #clock: Clock
  readonly #controller = new AbortController()
  readonly #owner: AbortSignal
  readonly #abort = (): void => this.#controller.abort()
  #cancel: () => void = () => undefined
  barked = false

  constructor(clock: Clock, owner: AbortSignal) {
    this.#clock = clock
    this.#owner = owner
    if (owner.aborted) this.#abort()
    owner.addEventListener('abort', this.#abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  feed(ms: number): void {
    this.#cancel()
    this.#cancel = this.#clock.set(ms, () => {
      this.barked = true
      this.#controller.abort()
    })
  }

  end(): void {
    this.#cancel()
    this.#owner.removeEventListener('abort', this.#abort)
  }
}
