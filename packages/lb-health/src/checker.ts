import { type HealthCheck, probeOf, type ProbeSpec } from './check/check.ts'
import { backendKey, type DesiredBackend, type DesiredService, type Via } from './check/desired.ts'
import { type Clock, hostClock } from './clock.ts'
import type { Target } from './probe/probe.ts'
import { forgetCertificates } from './probe/secure.ts'
import type { HealthRecord, States } from './record.ts'
import type { JobSpec } from './schedule/job.ts'
import { Scheduler, type SchedulerOptions, type SchedulerStats } from './schedule/scheduler.ts'
import { advance, tells } from './state/advance.ts'
import { initialOf } from './state/decide.ts'
import { type BackendState, type LastResult, unknownState } from './state/state.ts'

export interface CheckerOptions extends Partial<Omit<SchedulerOptions, 'onResult'>> {
  /** What changed. Times of results alone are no change. */
  readonly onRecords?: ((records: readonly HealthRecord[]) => void) | undefined
}

/** A backend of a service, as a check's result reaches it. */
interface Subscriber {
  readonly service: DesiredService
  readonly backend: DesiredBackend
}

/** Checks the backends of services, in this process. {@link startHealthProcess} has one in a process of its own. */
export class HealthChecker implements Disposable {
  readonly #clock: Clock
  readonly #scheduler: Scheduler
  readonly #onRecords: (records: readonly HealthRecord[]) => void
  #services: readonly DesiredService[] = []
  #states: States = new Map()
  #subscribers = new Map<string, Subscriber[]>()

  constructor({ onRecords = () => {}, clock = hostClock, ...options }: CheckerOptions = {}) {
    this.#clock = clock
    this.#onRecords = onRecords
    this.#scheduler = new Scheduler({ ...options, clock, onResult: (key, result) => this.#result(key, result) })
  }

  /**
   * From now on exactly these services are checked; what is known of backends that stay is kept. `known` fills in what
   * another checker knew. Returns the records of backends that are new here.
   */
  apply(services: readonly DesiredService[], known: readonly HealthRecord[] = []): HealthRecord[] {
    const told = group(known)
    const fresh: HealthRecord[] = []
    const before = this.#states
    this.#states = new Map()
    this.#services = services
    for (const service of services) this.#states.set(service.name, this.#adopt(service, before, told, fresh))
    forgetCertificates()
    this.#schedule()
    return fresh
  }

  records(): HealthRecord[] {
    return this.#services.flatMap((service) => service.backends.map((backend) => this.#record({ service, backend })))
  }

  /** Checks a backend at once, as when its connections are seen to fail. */
  checkNow(name: string, at: { readonly address: string; readonly port: number }): void {
    const service = this.#services.find((one) => one.name === name)
    const backend = service?.backends.find((one) => one.address === at.address && one.port === at.port)
    if (service && backend) this.#scheduler.hurry(jobKey(prefixOf(service), backend))
  }

  stats(): SchedulerStats {
    return this.#scheduler.stats()
  }

  [Symbol.dispose](): void {
    this.#scheduler[Symbol.dispose]()
  }

  #adopt(service: DesiredService, before: States, told: States, fresh: HealthRecord[]): Map<string, BackendState> {
    const held = before.get(service.name)
    const heard = told.get(service.name)
    const begun = held !== undefined || heard !== undefined
    const states = new Map<string, BackendState>()
    for (const backend of service.backends) {
      const key = backendKey(backend)
      const state = held?.get(key)
      const adopted = state ?? heard?.get(key) ?? unknownState(initialOf(backend, begun), this.#clock.now())
      states.set(key, adopted)
      if (state === undefined)
        fresh.push({ service: service.name, address: backend.address, port: backend.port, state: adopted })
    }
    return states
  }

  #schedule(): void {
    const jobs = new Map<string, JobSpec>()
    this.#subscribers = new Map()
    for (const service of this.#services) {
      const prefix = prefixOf(service)
      for (const backend of service.backends) {
        const key = jobKey(prefix, backend)
        const others = this.#subscribers.get(key)
        if (others) others.push({ service, backend })
        else this.#subscribers.set(key, [{ service, backend }])
        if (!others) jobs.set(key, jobOf(service, backend))
      }
    }
    this.#scheduler.set(jobs)
  }

  #result(key: string, result: LastResult): void {
    const changed: HealthRecord[] = []
    for (const subscriber of this.#subscribers.get(key) ?? []) {
      const states = this.#states.get(subscriber.service.name)!
      const backend = backendKey(subscriber.backend)
      const before = states.get(backend)!
      const after = advance(before, result, subscriber.service.check)
      states.set(backend, after)
      if (tells(before, after)) changed.push(this.#record(subscriber))
    }
    if (changed.length > 0) this.#onRecords(changed)
  }

  #record({ service, backend }: Subscriber): HealthRecord {
    const state = this.#states.get(service.name)!.get(backendKey(backend))!
    return { service: service.name, address: backend.address, port: backend.port, state }
  }
}

/** Records by service and backend. */
function group(records: readonly HealthRecord[]): States {
  const states: States = new Map()
  for (const { service, state, ...backend } of records) {
    const backends = states.get(service) ?? new Map<string, BackendState>()
    states.set(service, backends.set(backendKey(backend), state))
  }
  return states
}

/** All that makes a check of the same target another check. */
function prefixOf({ check, sources }: DesiredService): string {
  const { intervalSeconds, timeoutSeconds, jitter } = check
  return JSON.stringify([probeOf(check), intervalSeconds, timeoutSeconds, jitter, sources?.ipv4, sources?.ipv6])
}

function jobKey(prefix: string, backend: DesiredBackend): string {
  const way = backend.via === undefined ? '' : ` ${JSON.stringify(backend.via)}`
  return `${prefix} ${backendKey(backend)}${way}`
}

function jobOf({ check, sources }: DesiredService, backend: DesiredBackend): JobSpec {
  const probe = probeOf(check)
  const source = backend.address.includes(':') ? sources?.ipv6 : sources?.ipv4
  const own = { address: backend.address, port: probe.spec.port ?? backend.port, source }
  // A script finds its own way.
  const { via } = backend
  return {
    probe,
    target: via === undefined || probe.kind === 'script' ? own : targetVia(via, own.port, probe),
    ...timing(check),
  }
}

function targetVia({ address, port, localAddress, localPort }: Via, own: number, { spec }: ProbeSpec): Target {
  return { address, port: spec.port ?? port ?? own, source: localAddress, sourcePort: localPort }
}

function timing({ intervalSeconds, timeoutSeconds, jitter }: HealthCheck): Omit<JobSpec, 'probe' | 'target'> {
  return { intervalMs: intervalSeconds * 1000, timeoutMs: timeoutSeconds * 1000, jitter }
}
