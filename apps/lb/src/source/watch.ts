import { type FSWatcher, lstatSync, readlinkSync, watch } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'

export interface WatchListener {
  /** The file may have changed: once for events that come together. */
  readonly onChange: () => void
  readonly onError: (message: string) => void
}

/** Editors and mounts change a file in several steps, and are done when nothing has happened for so long. */
const QUIET_MS = 150
/** Where something happens all the time, it is looked at none the less. */
const MOST_MS = 1000
/** As many links as the kernel follows. */
const MOST_LINKS = 40

/**
 * Watches a file by the folders that decide what it is: its own, and those of every link on the way to it. So a file
 * that is replaced, and a folder of links that is swapped (Kubernetes' ConfigMaps), are seen too.
 */
export class FileWatch implements Disposable {
  readonly #file: string
  readonly #listener: WatchListener
  readonly #watchers = new Map<string, FSWatcher>()
  #pending: NodeJS.Timeout | undefined
  /** When the first event came that nobody has been told of, in milliseconds. */
  #since: number | undefined

  constructor(file: string, listener: WatchListener) {
    this.#file = resolve(file)
    this.#listener = listener
    this.#follow()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#pending)
    for (const folder of this.#watchers.keys()) this.#leave(folder)
  }

  #follow(): void {
    const folders = deciding(this.#file)
    for (const folder of this.#watchers.keys()) if (!folders.has(folder)) this.#leave(folder)
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#enter(folder)
  }

  #enter(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#soon())
      watcher.on('error', () => this.#lost(folder))
      this.#watchers.set(folder, watcher)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      this.#listener.onError(`changes in ${folder} are not seen (${code}); SIGHUP makes skep-lb read the file again`)
    }
  }

  #leave(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #lost(folder: string): void {
    this.#leave(folder)
    this.#soon()
  }

  #soon(): void {
    const now = performance.now()
    this.#since ??= now
    if (now - this.#since > MOST_MS) return
    clearTimeout(this.#pending)
    this.#pending = setTimeout(() => {
      this.#since = undefined
      // A folder that was made anew under its name needs a new watcher.
      for (const folder of this.#watchers.keys()) this.#leave(folder)
      this.#follow()
      this.#listener.onChange()
    }, QUIET_MS)
  }
}

/** The folders in which something decides what the path leads to. */
export function deciding(file: string): Set<string> {
  const folders = new Set<string>()
  let at: string = sep
  const rest = file.split(sep).filter((part) => part !== '')
  for (let links = 0; rest.length > 0;) {
    const part = rest.shift()!
    const path = part === '..' ? dirname(at) : join(at, part)
    const target = linkAt(path)
    if (target === undefined || rest.length === 0 || typeof target === 'string') folders.add(at)
    if (target === undefined || links > MOST_LINKS) return folders
    if (target === false) {
      at = path
      continue
    }
    links++
    rest.unshift(...target.split(sep).filter((step) => step !== '' && step !== '.'))
    if (target.startsWith(sep)) at = sep
  }
  return folders
}

/** Where a link leads; `false` for what is no link, `undefined` for what is not there. */
function linkAt(path: string): string | false | undefined {
  try {
    return lstatSync(path).isSymbolicLink() && readlinkSync(path)
  } catch {
    return undefined
  }
}
