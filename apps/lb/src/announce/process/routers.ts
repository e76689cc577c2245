import { downMs, hostClock, type LinkDevice, Speaker, type SpeakerEvent } from '@skep/vrrp'
import type { DeviceAddress, Link } from 'netlink-ts'
import { SocketError } from 'sockets-ts'
import { type DesiredRouter, routerKey } from '../router.ts'
import { type Place, placeOf, strayAddresses } from '../place.ts'
import type { RouterReport } from './messages.ts'
import type { AliveRecord } from './record.ts'

/** The devices and addresses of this host, as they are now. */
export interface Host {
  readonly links: readonly Link[]
  readonly addresses: readonly DeviceAddress[]
}

interface Running {
  readonly speaker: Speaker
  readonly index: number
  readonly mac: string
  desired: DesiredRouter
}

interface Opening {
  readonly device: LinkDevice
  readonly resume: boolean
}

/** The virtual routers of this host, as they are wanted and as the devices allow. */
export class Routers implements Disposable {
  readonly #onEvent: (router: string, event: SpeakerEvent) => void
  readonly #running = new Map<string, Running>()
  /** Those that cannot run, and why. */
  readonly #absent = new Map<string, { readonly desired: DesiredRouter; readonly why: string }>()
  readonly #told = new Map<string, readonly string[]>()
  #desired: readonly DesiredRouter[] = []
  /** What was active in an announcer that was killed. */
  #before: AliveRecord | undefined

  constructor(before: AliveRecord | undefined, onEvent: (router: string, event: SpeakerEvent) => void) {
    this.#before = before
    this.#onEvent = onEvent
  }

  want(desired: readonly DesiredRouter[], host: Host): void {
    this.#desired = desired
    this.follow(host)
    this.#before = undefined
  }

  /** Goes by the devices and addresses as they are now. */
  follow({ links, addresses }: Host): void {
    const wanted = new Set(this.#desired.map(routerKey))
    for (const key of this.#running.keys())
      if (!wanted.has(key)) this.#end(key, 'it was taken out of the configuration')
    this.#absent.clear()
    for (const desired of this.#desired) {
      const strays = strayAddresses(desired, links, addresses)
      this.#warn(routerKey(desired), strays)
      const notes = [...desired.notes, ...strays]
      this.#place({ ...desired, notes }, placeOf(desired, links, addresses))
    }
  }

  /** The keys of those that own their addresses. */
  active(): string[] {
    return [...this.#running].filter(([, { speaker }]) => speaker.view().state.name === 'active').map(([key]) => key)
  }

  reports(): RouterReport[] {
    const absent = [...this.#absent.values()].map(({ desired, why }) => ({
      ...identity(desired),
      state: 'initialize' as const,
      owned: [],
      text: `virtual router ${desired.config.id} does not take part: ${why}`,
    }))
    const running = [...this.#running.values()].map(({ speaker, desired }) => {
      const { state, text, owned } = speaker.view()
      return { ...identity(desired), state: state.name, owned, text: [text, ...desired.notes].join('; ') }
    })
    return [...running, ...absent]
  }

  /** Leaves the addresses to the others. */
  stop(why: string): void {
    for (const key of this.#running.keys()) this.#end(key, why)
  }

  /** Says nothing to anybody. */
  [Symbol.dispose](): void {
    for (const { speaker } of this.#running.values()) speaker[Symbol.dispose]()
    this.#running.clear()
  }

  /** Each once, as long as it is there. */
  #warn(key: string, reasons: readonly string[]): void {
    const told = this.#told.get(key) ?? []
    this.#told.set(key, reasons)
    for (const reason of reasons) if (!told.includes(reason)) this.#onEvent(key, { event: 'warning', reason })
  }

  #place(desired: DesiredRouter, place: Place): void {
    const key = routerKey(desired)
    if ('why' in place) {
      this.#end(key, place.why)
      this.#absent.set(key, { desired, why: place.why })
      return
    }
    const { device, source } = place
    const placed = { ...desired, config: { ...desired.config, source } }
    const running = this.#running.get(key)
    const peers = (one: DesiredRouter) => one.config.peers.join()
    const fits = running?.index === device.index && running.mac === device.mac
    if (running !== undefined && fits && peers(running.desired) === peers(desired)) {
      running.desired = placed
      running.speaker.configure(placed.config, placed.announced)
      return this.#takePart(running, false)
    }
    // Its sockets fit no more. Nobody else is told: the new one goes on where it was.
    const wasActive = running?.speaker.view().state.name === 'active'
    running?.speaker[Symbol.dispose]()
    this.#running.delete(key)
    this.#open(key, placed, { device, resume: wasActive || this.#mayResume(key, placed) })
  }

  #open(key: string, desired: DesiredRouter, { device, resume }: Opening): void {
    try {
      const { config, announced } = desired
      const speaker = new Speaker({ config, device, announced, onEvent: (event) => this.#onEvent(key, event) })
      const running = { speaker, desired, index: device.index, mac: device.mac }
      this.#running.set(key, running)
      this.#takePart(running, resume)
    } catch (error) {
      // The device went meanwhile: its own event says so.
      if (!(error instanceof SocketError)) throw error
      this.#absent.set(key, { desired, why: error.message })
    }
  }

  #takePart({ speaker, desired }: Running, resume: boolean): void {
    if (desired.withheld === undefined) speaker.start(resume)
    else if (speaker.view().state.name !== 'initialize') speaker.stop(desired.withheld)
  }

  /** Nobody has taken over yet who waits for as long as the RFC has the best of backups wait. */
  #mayResume(key: string, { config }: DesiredRouter): boolean {
    const { at, active } = this.#before ?? { at: 0, active: [] }
    const silent = hostClock.now() - at
    return active.includes(key) && silent >= 0 && silent < downMs(255, config.interval)
  }

  #end(key: string, why: string): void {
    const running = this.#running.get(key)
    this.#running.delete(key)
    running?.speaker.stop(why)
    running?.speaker[Symbol.dispose]()
  }
}

function identity({ device, config }: DesiredRouter): Omit<RouterReport, 'state' | 'owned' | 'text'> {
  const { id, family, priority, addresses } = config
  return { id, device, family, priority, addresses }
}
