import type { Decap } from '@skep/datapath/decap'
import { openNetlink, type Netlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import { type DecapSpec, DeviceChoice, loadPrograms, presentHooks, Scheduler } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { FileWatch } from '../source/watch.ts'
import { noteSpec } from './flows.ts'
import { round, type RoundReport } from './round.ts'

/** What time alone brings is looked for so often. */
const TICK_EVERY_MS = 1000

/** A round in any case so often, should an event have been missed. */
const ROUND_EVERY_MS = 30_000

/** Keeps an installation as its configuration says; the first round is done when it is made. */
export class Keeper implements Disposable {
  readonly #paths: InstancePaths
  readonly #read: () => DecapSpec
  readonly #log: Logger
  readonly #netlink: Netlink
  readonly #choice: DeviceChoice
  #spec: DecapSpec
  #decap: Decap
  #told = ''
  #refusal = ''

  constructor(paths: InstancePaths, read: () => DecapSpec, log: Logger) {
    using undo = new DisposableStack()
    this.#paths = paths
    this.#read = read
    this.#log = log
    this.#netlink = undo.use(openNetlink())
    this.#choice = new DeviceChoice(
      this.#netlink,
      presentHooks(paths).map(({ index }) => index),
    )
    this.#spec = read()
    this.#decap = undo.use(loadPrograms(paths, this.#spec))
    this.#round()
    undo.move()
  }

  /** Rounds on changes of the network and of the file. */
  async follow(file: string, signal: AbortSignal): Promise<void> {
    const onError = (error: unknown, retryMs: number): void =>
      this.#log.error({ error: String(error) }, `failed; again in ${retryMs} ms`)
    const scheduler = new Scheduler(() => this.#round(), { everyMs: ROUND_EVERY_MS, onError, onIdle: () => {} })
    using _watch = new FileWatch(file, {
      onChange: () => this.reload('changed'),
      onError: (text) => this.#log.warn(text),
    })
    const ticking = setInterval(() => this.#choice.isDue && scheduler.soon(), TICK_EVERY_MS)
    try {
      await using monitor = this.#netlink.monitor(['link', 'address', 'route', 'nexthop'], { signal })
      for await (const event of monitor) if (this.#choice.note(event)) scheduler.soon()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      clearInterval(ticking)
      scheduler.stop()
    }
  }

  /** The whole of a new configuration takes effect, or nothing does. A change that was refused already is not told again. */
  reload(occasion: 'asked' | 'changed'): void {
    try {
      const spec = this.#read()
      this.#refusal = ''
      if (JSON.stringify(spec) !== JSON.stringify(this.#spec)) this.#replace(spec)
      else if (occasion === 'asked') console.log('nothing has changed')
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (occasion === 'asked' || text !== this.#refusal) this.#refuse(text)
      this.#refusal = text
    }
  }

  [Symbol.dispose](): void {
    this.#decap[Symbol.dispose]()
    this.#netlink[Symbol.dispose]()
  }

  #round(): void {
    this.#tell(round(this.#paths, this.#spec, this.#decap, { netlink: this.#netlink, choice: this.#choice }))
    noteSpec(this.#paths, this.#spec)
  }

  /** Where the new one cannot be carried out, the one before is put back. */
  #replace(spec: DecapSpec): void {
    using undo = new DisposableStack()
    const before = { spec: this.#spec, decap: this.#decap }
    const loaded = undo.use(loadPrograms(this.#paths, spec))
    try {
      this.#apply(spec, loaded)
    } catch (error) {
      this.#apply(before.spec, before.decap)
      throw error
    }
    undo.move()
    before.decap[Symbol.dispose]()
    console.log('reloaded')
  }

  #apply(spec: DecapSpec, decap: Decap): void {
    this.#spec = spec
    this.#decap = decap
    this.#round()
  }

  #refuse(text: string): void {
    console.error(text)
    console.error('refused; what was running goes on unchanged')
  }

  /** What stays refused is told once. */
  #tell({ done, refused }: RoundReport): void {
    for (const line of done) this.#log.info(line)
    const told = refused.join('\n')
    if (told !== '' && told !== this.#told) this.#log.warn(told)
    this.#told = told
  }
}
