import type { Tally } from './tally.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import { keyOf, objectKey, parseObject, type Parsed, type Refusal } from '../objects/parse.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { TooLong } from '../watch/lines.ts'

/** More than that are counted only. */
const MOST_REFUSALS = 1000

/** Gathers all objects of a list, and puts them in the place of those that a store has. */
export class Intake<T extends KubeObject> {
  readonly #kind: Kind<T>
  readonly #store: ObjectStore<T>
  readonly #tally: Tally
  readonly #objects = new Map<string, T>()
  /** There, but not to be read: an earlier state stays. */
  readonly #keep = new Set<string>()
  readonly #refusals: Refusal[] = []
  #nameless = false

  constructor(kind: Kind<T>, store: ObjectStore<T>, tally: Tally) {
    this.#kind = kind
    this.#store = store
    this.#tally = tally
  }

  add(value: unknown): void {
    this.take(parseObject(this.#kind, value))
  }

  take(parsed: Parsed<T>): void {
    if ('object' in parsed) {
      this.#objects.set(keyOf(parsed.object), parsed.object)
      return
    }
    const { namespace, name } = parsed.refusal
    const key = objectKey(namespace, name)
    if (name === '') this.#nameless = true
    else this.#keep.add(key)
    this.#refuse(parsed.refusal)
  }

  /** An object was too large to be looked at. */
  skip({ bytes }: TooLong): void {
    this.#nameless = true
    const message = `an object of ${bytes} bytes is too large to be read`
    this.#refuse({ kind: this.#kind.kind, namespace: '', name: '', faults: [{ path: [], message }] })
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  delete(key: string): void {
    this.#objects.delete(key)
    this.#keep.delete(key)
  }

  /** All have come. Where it is not known of some who they are, none counts as gone. */
  finish(): void {
    this.#store.replace(this.#objects, this.#nameless ? 'all' : this.#keep)
    this.#tally.acceptAll()
    for (const refusal of this.#refusals)
      this.#tally.refuse(refusal, this.#store.get(objectKey(refusal.namespace, refusal.name)) !== undefined)
  }

  #refuse(refusal: Refusal): void {
    this.#tally.counts.parseErrors++
    if (this.#refusals.length < MOST_REFUSALS) this.#refusals.push(refusal)
  }
}
