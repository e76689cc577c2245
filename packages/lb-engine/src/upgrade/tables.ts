import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ArrayMap, bytes, MapHandle } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { stageFolder, stagedMaps } from './stage.ts'

/** The tables of an instance while some of them are made anew, by the kernel's names: both that was there, and that will be. */
export class StagedTables implements Disposable {
  readonly #paths: InstancePaths
  readonly #stack = new DisposableStack()
  /** Names of those that are made anew, and have not taken their places yet. */
  readonly staged: readonly string[]

  constructor(paths: InstancePaths) {
    this.#paths = paths
    this.staged = stagedMaps(paths)
  }

  /** That which was there. */
  before(name: string): MapHandle {
    return this.#open(join(this.#paths.maps, name))
  }

  /** That which will be: a new one, or the one that was there. */
  after(name: string): MapHandle {
    const staged = join(stageFolder(this.#paths), name)
    return this.#open(existsSync(staged) ? staged : join(this.#paths.maps, name))
  }

  /** The memory of a map that can be mapped. */
  memory(map: MapHandle): ArrayBuffer {
    const array = this.#stack.use(new ArrayMap(map, { value: bytes(map.info.valueSize) }))
    return this.#stack.use(array.mmap()).buffer
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }

  #open(pin: string): MapHandle {
    return this.#stack.use(MapHandle.openPinned(pin))
  }
}
