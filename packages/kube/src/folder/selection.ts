import { show } from '@skep/config-file'
import { Intake } from '../follow/intake.ts'
import { matchesFields, matchesLabels } from '../follow/selector.ts'
import type { FollowOptions } from '../follow/source.ts'
import type { Tally } from '../follow/tally.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import { keyOf, parseObject, type Parsed } from '../objects/parse.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { RawDocument } from './documents.ts'

/** One kind that is followed in a folder: what of its objects is wanted, and the store that they are in. */
export class Selection<T extends KubeObject> {
  readonly store: ObjectStore<T>
  readonly tally: Tally
  readonly #kind: Kind<T>
  readonly #options: FollowOptions
  /** Documents of files that did not change are the same ones, and need not be read again. */
  readonly #parsed = new WeakMap<RawDocument, Parsed<T>>()

  constructor(kind: Kind<T>, options: FollowOptions, store: ObjectStore<T>, tally: Tally) {
    this.store = store
    this.tally = tally
    this.#kind = kind
    this.#options = options
  }

  /** Takes all documents of the folder as they are now. */
  take(documents: readonly RawDocument[]): void {
    const intake = new Intake(this.#kind, this.store, this.tally)
    const places = new Map<string, string>()
    for (const document of documents) {
      if (document.kind !== this.#kind.kind) continue
      const parsed = this.#parse(document)
      if ('refusal' in parsed) intake.take(parsed)
      else if (this.#wanted(parsed.object, document.value)) intake.take(this.#onlyOnce(parsed.object, document, places))
    }
    intake.finish()
  }

  #parse(document: RawDocument): Parsed<T> {
    const known = this.#parsed.get(document)
    if (known !== undefined) return known
    const parsed = this.#placed(document, this.#versioned(document))
    this.#parsed.set(document, parsed)
    return parsed
  }

  #versioned({ apiVersion, value }: RawDocument): Parsed<T> {
    const parsed = parseObject(this.#kind, value)
    if (apiVersion === this.#kind.apiVersion) return parsed
    const message = `${show(apiVersion)} is not known here; write ${this.#kind.apiVersion}`
    const who = 'refusal' in parsed ? parsed.refusal : { ...parsed.object.metadata, kind: this.#kind.kind }
    return {
      refusal: {
        kind: who.kind,
        namespace: who.namespace,
        name: who.name,
        faults: [{ path: ['apiVersion'], message }],
      },
    }
  }

  #placed(document: RawDocument, parsed: Parsed<T>): Parsed<T> {
    if ('object' in parsed) return parsed
    const faults = parsed.refusal.faults.map((fault) => ({ ...fault, place: document.placeOf(fault.path) }))
    return { refusal: { ...parsed.refusal, faults } }
  }

  #wanted(object: T, value: unknown): boolean {
    const { namespace, labels, fields } = this.#options
    const { metadata } = object
    if (namespace !== undefined && metadata.namespace !== namespace) return false
    if (labels !== undefined && !matchesLabels(labels, metadata.labels)) return false
    return fields === undefined || matchesFields(fields, withNamespace(value, metadata.namespace))
  }

  /** The first one counts. */
  #onlyOnce(object: T, document: RawDocument, places: Map<string, string>): Parsed<T> {
    const key = keyOf(object)
    const place = document.placeOf([])
    const first = places.get(key)
    places.set(key, first ?? place)
    if (first === undefined) return { object }
    const { namespace, name } = object.metadata
    const fault = { path: [], message: `is in ${first} already`, place }
    return { refusal: { kind: object.kind, namespace, name, faults: [fault] } }
  }
}

/** The object as an API server would have it. */
function withNamespace(value: unknown, namespace: string): unknown {
  const object = value as { metadata: object }
  return { ...object, metadata: { ...object.metadata, namespace } }
}
