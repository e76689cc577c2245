import { existsSync, writeFileSync } from 'node:fs'
import type { Decap } from '@skep/datapath/decap'
import { openNetlink, type Netlink } from 'netlink-ts'
import type { Logger } from 'pino'
import { Scheduler } from '../controller/scheduler.ts'
import { ensureBpffs } from '../host/bpffs.ts'
import { missingForRun, PreflightError } from '../host/preflight.ts'
import { requireSameNamespace } from '../instance/namespace.ts'
import { ownInstance } from '../instance/own.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { recordOwner } from '../instance/process.ts'
import { FileWatch } from '../source/watch.ts'
import { currentNamespace, type Ledger } from '../sysctl/ledger.ts'
import type { DecapSpec } from './config.ts'
import { noteSpec } from './flows.ts'
import { presentHooks } from './hooks.ts'
import { loadDecapConfig } from './load.ts'
import { devicesOfMachine } from './machine.ts'
import { fixedSizes, loadPrograms } from './program.ts'
import { round, type RoundReport } from './round.ts'
import { removeDecap } from './uninstall.ts'

/** A round in any case so often, should an event have been missed. */
const ROUND_EVERY_MS = 30_000

/** Installs or adopts the programs and keeps them as configured until the signal aborts. Traffic goes on after that. */
export async function runDecap(paths: InstancePaths, file: string, log: Logger, signal: AbortSignal): Promise<void> {
  let keeper: Keeper | undefined
  const onHangUp = (): void => keeper?.reload('asked')
  // From the first moment on: SIGHUP must never end this process.
  process.on('SIGHUP', onHangUp)
  signal.addEventListener('abort', () => process.off('SIGHUP', onHangUp), { once: true })
  const missing = missingForRun(paths)
  if (missing.length > 0) throw new PreflightError(missing)
  const read = (): DecapSpec =>
    loadDecapConfig(file, { machine: devicesOfMachine, accept: (spec) => fixedSizes(paths, spec) })
  read()
  ensureBpffs(paths.pins)
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => presentHooks(paths).some(({ index }) => index !== 0))
  using started = start(paths, read, log)
  keeper = started
  noteNamespace(paths)
  recordOwner(paths, file)
  console.log(`ready: ${file}`)
  await started.follow(file, signal)
}

/** A first start that fails leaves nothing; one over a running installation leaves that as it was. */
function start(paths: InstancePaths, read: () => DecapSpec, log: Logger): Keeper {
  const first = !existsSync(paths.maps)
  try {
    return new Keeper(paths, read, log)
  } catch (error) {
    if (first) removeDecap(paths)
    throw error
  }
}

/** In the form in which a load balancer notes its own: both ask it before they touch what is there. */
function noteNamespace(paths: InstancePaths): void {
  const ledger: Ledger = { namespace: currentNamespace(), claims: [] }
  writeFileSync(paths.settings, JSON.stringify(ledger), { mode: 0o600 })
}

class Keeper implements Disposable {
  readonly #paths: InstancePaths
  readonly #read: () => DecapSpec
  readonly #log: Logger
  readonly #netlink: Netlink
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
    try {
      await using monitor = this.#netlink.monitor(['link', 'address'], { signal })
      for await (const _ of monitor) scheduler.soon()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
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
    this.#tell(round(this.#paths, this.#spec, this.#decap, this.#netlink))
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
