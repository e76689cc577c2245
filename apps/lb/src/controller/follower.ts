import { type GaugeStatus, networkChanges, Scheduler } from '@skep/lb-engine'
import { probeGauges } from '../health/probe-path/gauges.ts'
import { readProbeRoom } from '../health/probe-path/room.ts'
import { EarlyWarnings } from '../log/early-warnings.ts'
import type { ControllerParts } from './parts.ts'
import type { Rounds } from './rounds.ts'

/** Everything is compared again so often, should an event have been missed. */
const ROUND_EVERY_MS = 30_000

/** Events about devices that come so closely are looked at together. */
const LOOK_AFTER_MS = 100

/** What time alone brings is done so often. */
const TICK_EVERY_MS = 1000

/** Makes rounds when the network, the health of backends or the time ask for them. */
export class Follower {
  readonly #parts: ControllerParts
  readonly #rounds: Rounds
  readonly #early: EarlyWarnings
  #scheduler: Scheduler | undefined
  #looking: NodeJS.Timeout | undefined
  #trouble: string | undefined

  constructor(parts: ControllerParts, rounds: Rounds) {
    this.#parts = parts
    this.#rounds = rounds
    this.#early = new EarlyWarnings(parts.log)
  }

  /** Why what is asked for is not carried out; `undefined`: it is. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** A round shortly, if anybody follows. */
  soon(): void {
    this.#scheduler?.soon()
  }

  /** Until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { engine, log, netlink } = this.#parts
    const scheduler = this.#schedule()
    // What was due while nobody ran.
    engine.networkChanged()
    scheduler.soon()
    const senders = this.#followSenders(signal)
    const ticking = setInterval(() => this.#tick(scheduler), TICK_EVERY_MS)
    try {
      for await (const change of networkChanges(netlink, signal)) {
        log.debug({ what: change.what }, 'network changed')
        engine.networkChanged(change.event)
        scheduler.soon()
        this.#lookAtDevices(scheduler)
      }
    } finally {
      clearInterval(ticking)
      this.#end(scheduler)
    }
    await senders
  }

  /** Every round asks, too. */
  async #followSenders(signal: AbortSignal): Promise<void> {
    const { engine, log } = this.#parts
    const { whyPolled } = engine.senders
    if (whyPolled !== undefined) log.info({ reason: whyPolled }, 'what devices can do with XDP is polled')
    try {
      await engine.followSenders(signal)
    } catch (error) {
      log.warn({ err: error }, 'could not follow what devices can do with XDP; each round asks')
    }
  }

  #schedule(): Scheduler {
    const { log, health, drainer } = this.#parts
    const scheduler = new Scheduler(() => this.#round(), {
      everyMs: ROUND_EVERY_MS,
      onError: (error, retryMs) => {
        this.#trouble = `the last round failed, and is tried again: ${(error as Error).message}`
        log.error({ err: error, retryMs }, 'could not follow the network; trying again')
      },
      onIdle: () => this.#early.look(this.#gauges()),
    })
    health.onChange = () => scheduler.soon()
    drainer.onDue = () => scheduler.soon()
    this.#rounds.onDue = () => scheduler.soon()
    this.#scheduler = scheduler
    return scheduler
  }

  #end(scheduler: Scheduler): void {
    const { health, drainer } = this.#parts
    health.onChange = () => {}
    drainer.onDue = () => {}
    this.#rounds.onDue = () => {}
    this.#scheduler = undefined
    scheduler.stop()
    clearTimeout(this.#looking)
  }

  #round(): void {
    this.#rounds.again()
    this.#trouble = undefined
  }

  #gauges(): GaugeStatus[] {
    const { engine, paths } = this.#parts
    return [...engine.gauges(), ...probeGauges(readProbeRoom(paths))]
  }

  /** A device that appears does not wait as long as a large configuration has rounds wait. */
  #lookAtDevices(scheduler: Scheduler): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined
      if (this.#devicesDiffer()) scheduler.now()
    }, LOOK_AFTER_MS)
  }

  /** What cannot be read now is read by the next round, which tells. */
  #devicesDiffer(): boolean {
    try {
      return this.#parts.engine.devicesDiffer(this.#rounds.config)
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'could not look at the devices')
      return false
    }
  }

  #tick(scheduler: Scheduler): void {
    try {
      if (this.#parts.engine.tick() || this.#parts.bgp.isDue) scheduler.soon()
    } catch (error) {
      this.#parts.log.error({ err: error }, 'could not do what was due; a round will')
      scheduler.soon()
    }
  }
}
