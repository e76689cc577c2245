import { type FSWatcher, watch } from 'node:fs'
import { type Clock, hostClock, pause } from '../clock.ts'
import { KubeError } from '../error.ts'
import type { FollowOptions, Source } from '../follow/source.ts'
import type { FollowStatus } from '../follow/status.ts'
import { Tally } from '../follow/tally.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import { ObjectStore } from '../store/object-store.ts'
import type { Store } from '../store/store.ts'
import { Files } from './files.ts'
import { Selection } from './selection.ts'

export interface FolderSourceOptions {
  readonly clock?: Clock
  /** How long to wait for more changes after the first one, in milliseconds. */
  readonly settleMs?: number
  /** How long to wait before a folder that cannot be read is tried again. */
  readonly retryMs?: number
}

/**
 * Objects of the YAML and JSON files of a folder, as `kubectl apply -f` takes them; followed by the file system's events. Folders in it are not
 * looked into. A file that cannot be read keeps its last good state. Write files beside and rename them into place, or mount a ConfigMap.
 */
export class FolderSource implements Source {
  readonly #folder: string
  readonly #options: Required<FolderSourceOptions>
  readonly #files: Files
  readonly #selections: Selection<KubeObject>[] = []
  readonly #ending = new AbortController()
  readonly #run: Promise<void>
  #scanned = false
  #watcher: FSWatcher | undefined
  #changed: () => void = () => undefined

  constructor(folder: string, { clock = hostClock, settleMs = 20, retryMs = 1000 }: FolderSourceOptions = {}) {
    this.#folder = folder
    this.#options = { clock, settleMs, retryMs }
    this.#files = new Files(folder)
    this.#run = this.#follow()
  }

  follow<T extends KubeObject>(kind: Kind<T>, options: FollowOptions = {}): Store<T> {
    const tally = new Tally(kind.kind, this.#options.clock)
    const store: ObjectStore<T> = new ObjectStore(kind.kind, () => tally.status(store.synced, store.size))
    const selection = new Selection(kind, options, store, tally)
    this.#selections.push(selection as unknown as Selection<KubeObject>)
    if (this.#scanned) this.#tell(selection as unknown as Selection<KubeObject>, 0, 0)
    return store
  }

  status(): readonly FollowStatus[] {
    return this.#selections.map(({ store }) => store.status())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#changed()
    await this.#run
    for (const { store, tally } of this.#selections) {
      tally.ends()
      store.end(new KubeError('CLOSED', `follow ${store.kind}`, 'was ended'))
    }
  }

  async #follow(): Promise<void> {
    const { clock, settleMs, retryMs } = this.#options
    const { signal } = this.#ending
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve
      })
      try {
        this.#watcher ??= this.#watch()
        await this.#scan()
        await changed
        await pause(clock, settleMs, signal)
      } catch (error) {
        this.#unwatch()
        for (const { tally } of this.#selections) tally.fails('unreachable', (error as Error).message, retryMs)
        await pause(clock, retryMs, signal)
      }
    }
    this.#unwatch()
  }

  #watch(): FSWatcher {
    // A folder that is moved away or replaced says so about itself: then it is looked for anew.
    const self = this.#folder.split('/').filter(Boolean).at(-1)
    return watch(this.#folder, (event, name) => {
      if (event === 'rename' && name === self) this.#unwatch()
      this.#changed()
    }).on('error', () => {
      this.#unwatch()
      this.#changed()
    })
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  async #scan(): Promise<void> {
    const { clock } = this.#options
    const began = clock.elapsed()
    const bytes = await this.#files.scan()
    this.#scanned = true
    for (const selection of this.#selections) this.#tell(selection, bytes, clock.elapsed() - began)
  }

  #tell(selection: Selection<KubeObject>, bytes: number, ms: number): void {
    const { tally } = selection
    tally.contact(bytes)
    tally.goes('watching')
    selection.take(this.#files.documents)
    tally.listed(ms)
    tally.complains(this.#files.errors.length === 0 ? undefined : this.#files.errors.join('\n'))
  }
}
