import { refusalIn } from '../api/refusal.ts'
import { KubeError } from '../error.ts'
import type { KubeObject } from '../objects/kinds.ts'
import { identityOf, keyOf, objectKey, parseObject } from '../objects/parse.ts'
import { endsInitial, parseEvent, versionOf, type WatchEvent } from './event.ts'
import type { Following } from './following.ts'
import { Intake } from '../follow/intake.ts'
import { LineSplitter } from './lines.ts'
import { collectionPath, selectorQuery } from './query.ts'

/** A watch: one connection, on which the API server tells every change. */
export class Watch<T extends KubeObject> {
  readonly #following: Following<T>
  readonly #operation: string
  readonly #began: number
  /** What it would go on from; `undefined` until all objects are known. */
  #version: string | undefined
  /** Gathers the objects that there are, where no list was asked for before. */
  #initial: Intake<T> | undefined
  #events = 0

  constructor(following: Following<T>, version: string | undefined) {
    const { kind, store, tally, clock } = following
    this.#following = following
    this.#operation = `watch ${kind.plural}`
    this.#version = version
    this.#began = clock.elapsed()
    if (version !== undefined) return
    this.#initial = new Intake(kind, store, tally)
  }

  /** What the next watch goes on from; `undefined`: all has to be listed. */
  get version(): string | undefined {
    return this.#version
  }

  /** Whether it was told anything. */
  get moved(): boolean {
    return this.#events > 0
  }

  /** Whether it still waits for the objects that there are. */
  get initial(): boolean {
    return this.#initial !== undefined
  }

  /** Until the API server ends it. Throws a {@link KubeError} where it ends otherwise. */
  async run(): Promise<void> {
    const { kind, options, limits, tally } = this.#following
    const splitter = new LineSplitter(limits.objectBytes)
    await this.#following.stream(
      { operation: this.#operation, path: collectionPath(kind, options.namespace), query: this.#query() },
      () => (this.#initial ? limits.initialSilenceMs : limits.silenceMs),
      (chunk) => {
        for (const line of splitter.push(chunk)) {
          if ('bytes' in line) throw this.#lost(`an event of ${line.bytes} bytes is too large to be read`)
          this.#take(parseEvent(line), line)
        }
      },
      () => {
        tally.counts.watches++
        if (!this.#initial) tally.goes('watching')
      },
    )
  }

  #query(): Readonly<Record<string, string | number | boolean | undefined>> {
    const { options, random } = this.#following
    return {
      ...selectorQuery(options),
      watch: true,
      allowWatchBookmarks: true,
      // Ends of many watches are spread; the next one goes on where this one ended.
      timeoutSeconds: 300 + Math.floor(random() * 300),
      ...(this.#version === undefined
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion: this.#version }),
    }
  }

  #take(event: WatchEvent | undefined, line: Buffer): void {
    if (event === undefined) {
      const text = line.subarray(0, 60).toString()
      throw new KubeError('MALFORMED', this.#operation, `this is no event: ${JSON.stringify(text)}`)
    }
    if (event.type === 'ERROR') throw refusalIn(this.#operation, event.object)
    this.#events++
    if (event.type === 'BOOKMARK') this.#bookmark(event.object)
    else if (this.#initial) this.#gather(this.#initial, event)
    else this.#change(event)
    if (!this.#initial) this.#version = versionOf(event.object) ?? this.#version
  }

  #bookmark(object: unknown): void {
    if (!this.#initial || !endsInitial(object)) return
    const { tally, clock } = this.#following
    this.#initial.finish()
    this.#initial = undefined
    tally.listed(clock.elapsed() - this.#began)
    tally.goes('watching')
  }

  #gather(initial: Intake<T>, { type, object }: WatchEvent): void {
    if (type === 'DELETED') initial.delete(this.#keyOf(object))
    else initial.add(object)
  }

  #change({ type, object }: WatchEvent): void {
    const { kind, store, tally } = this.#following
    tally.event()
    if (type === 'DELETED') {
      const key = this.#keyOf(object)
      tally.accept(key)
      store.remove(key)
      return
    }
    const parsed = parseObject(kind, object)
    if ('object' in parsed) {
      tally.accept(keyOf(parsed.object))
      store.put(parsed.object)
      return
    }
    tally.counts.parseErrors++
    tally.refuse(parsed.refusal, store.get(this.#keyOf(object)) !== undefined)
  }

  #keyOf(object: unknown): string {
    const { namespace, name } = identityOf(object)
    return objectKey(this.#following.kind.namespaced ? namespace || 'default' : '', name)
  }

  /** Something was missed: only a list tells what. */
  #lost(why: string): KubeError {
    this.#version = undefined
    return new KubeError('MALFORMED', this.#operation, why)
  }
}
