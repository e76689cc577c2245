import type { Heartbeat, Transition } from '@skep/neighbor'
import type { MonitorEvent } from 'netlink-ts'
import type { BgpReport } from '../bgp/report.ts'
import { merged } from '../cilium/put.ts'
import type { PutService } from '../cilium/model.ts'
import type { Config } from '../config/config.ts'
import { engineModel } from '../config/model.ts'
import type { Finding } from '@skep/config-file'
import { recordOwner } from '@skep/lb-engine'
import type { Declared, Occasion, Source } from '../source/source.ts'
import type { Change } from './change.ts'
import { type Asked, Changes } from './changes.ts'
import { Declaration } from './declaration.ts'
import { Follower } from './follower.ts'
import type { ControllerParts } from './parts.ts'
import { logTransitions, readyLine } from './report.ts'
import { Rounds } from './rounds.ts'
import type { Wanted } from './wanted.ts'

/** Keeps an instance as it is asked to be. Whoever asks for a change waits in one queue with all others. */
export class Controller {
  readonly #parts: ControllerParts
  readonly #rounds: Rounds
  readonly #declaration: Declaration
  readonly #follower: Follower
  readonly #changes: Changes<Wanted>
  #isOver = false

  constructor(parts: ControllerParts) {
    const rounds = new Rounds(parts)
    this.#parts = parts
    this.#rounds = rounds
    this.#declaration = new Declaration(parts, rounds)
    this.#follower = new Follower(parts, rounds)
    this.#changes = new Changes({ wanted: () => rounds.wanted, carryOut: (next) => void rounds.follow(next) })
  }

  /** What is carried out is another configuration from now on. */
  set onConfig(listener: (config: Config) => void) {
    this.#rounds.onConfig = listener
  }

  /** What is carried out. Only after the start. */
  get wanted(): Wanted {
    return this.#rounds.wanted
  }

  /** The services of all owners, as they are asked for. */
  get config(): Config {
    return this.#rounds.config
  }

  /** Why what is asked for is not carried out; `undefined`: it is. */
  get trouble(): string | undefined {
    return this.#follower.trouble
  }

  /** What the datapath is told of the network. */
  get heartbeat(): Heartbeat {
    return this.#parts.engine.heartbeat
  }

  /** How routers are told of the service addresses; `undefined`: not by BGP. */
  get bgp(): BgpReport | undefined {
    return this.#parts.bgp.report()
  }

  get source(): Source {
    return this.#parts.source
  }

  /** Takes note of what happens to links, routes and neighbours. True: next-hop entries may be untrue now. */
  noteNeighbors(event: MonitorEvent): boolean {
    const { neighbors } = this.#parts.engine
    const { forgets, transitions } = neighbors.note(event)
    logTransitions(this.#parts.log, transitions)
    if (neighbors.isDue || transitions.some(tellsOfReach)) this.#follower.soon()
    return forgets
  }

  /** The first round. Throws where the configuration is refused or cannot be carried out. */
  start(found: Declared): void {
    const { source, log, paths } = this.#parts
    this.#declaration.begin(found)
    recordOwner(paths, source.name)
    log.info({ config: source.name }, 'running')
  }

  /** Says that traffic is served. */
  tellReady(): void {
    console.log(readyLine(this.config, this.#parts))
  }

  /** Follows the source and the network until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    try {
      await this.#follower.follow(signal)
    } finally {
      this.#isOver = true
    }
  }

  /**
   * Reads the source again, in its turn: all of it takes effect, or nothing and the errors are told, once. Has no effect
   * before the start, nor when nothing is followed any more. Never rejects.
   */
  async reload(occasion: Occasion): Promise<void> {
    if (!this.#rounds.hasBegun) return
    await this.#changes.alone(() => {
      if (!this.#isOver) this.#declaration.reload(occasion)
    })
  }

  /** What a text would change. Changes nothing. Throws `ConfigError`. */
  propose(text: string, name?: string): Change {
    const { diff, done } = this.#declaration.propose(text, name)
    return { diff, done }
  }

  /**
   * Makes a text the declared state, in its turn: in the source and in the tables, or in neither. `check` is asked first what
   * stands against that, and throws it. Rejects with why not.
   */
  async declare(text: string, name: string, check: () => void): Promise<Change> {
    return await this.#changes.alone(() => {
      check()
      return this.#declaration.replace(text, name)
    })
  }

  /** Resolves when the tables have the change; those that are asked for together are carried out in one round. Rejects with why not. */
  async change(asked: Asked<Wanted>, note?: string): Promise<void> {
    await this.#changes.ask(asked)
    if (note !== undefined) console.log(note)
  }

  /** What stands against the services that were put, beside those of the source. */
  refusals(put: readonly PutService[]): Finding[] {
    return this.#parts.engine.refusals(engineModel(merged(this.wanted.declared.config, put)))
  }
}

/** Backends behind the next hop are out of reach from now on, or within it again. */
function tellsOfReach({ from, to }: Transition): boolean {
  return (from.phase === 'failed') !== (to.phase === 'failed')
}
