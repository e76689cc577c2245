import { type NamespaceReference, SocketError } from 'sockets-ts'
import { type Clock, hostClock } from '../clock.ts'
import { VrrpError } from '../error.ts'
import type { RouterConfig } from '../machine/config.ts'
import { explainRouter } from '../machine/explain.ts'
import { initialState, nextTick, step } from '../machine/machine.ts'
import type { RouterAction, RouterEvent, RouterState, StateName } from '../machine/state.ts'
import { receive, type Incoming } from '../wire/receive.ts'
import { Link, type LinkDevice } from './link.ts'

/** What an operator's log should have. */
export type SpeakerEvent =
  | { readonly event: 'state'; readonly from: StateName; readonly to: StateName; readonly why: string }
  /** A message that breaks the rules; the same sentence comes once until another one does. */
  | { readonly event: 'ignored'; readonly reason: string }
  | { readonly event: 'warning'; readonly reason: string }
  /** Something could not be sent; the same reason comes once until something is sent again. */
  | { readonly event: 'unsent'; readonly reason: string }

export interface SpeakerOptions {
  readonly config: RouterConfig
  readonly device: LinkDevice
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /** The addresses of the configuration that are announced and answered for while active; by default all. */
  readonly announced?: readonly string[] | undefined
  readonly onEvent?: ((event: SpeakerEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What a speaker is at the moment. */
export interface SpeakerView {
  readonly config: RouterConfig
  readonly state: RouterState
  /** Why, in one line. */
  readonly text: string
  /** Addresses that it answers for now. */
  readonly owned: readonly string[]
}

/**
 * One virtual router on one device: the state machine with its sockets and timer. While active it announces the
 * addresses and answers ARP and neighbour solicitations for them itself, with the device's own MAC: no address is put
 * on the host, so that nothing answers when this process is gone. Leaving its scope says nothing to the others; `stop` first.
 */
export class Speaker implements Disposable {
  readonly #options: SpeakerOptions
  readonly #clock: Clock
  readonly #link: Link
  #config: RouterConfig
  #announced: ReadonlySet<string>
  #state: RouterState
  #timer: NodeJS.Timeout | undefined
  #said = { ignored: '', warning: '', unsent: '' }
  #closed = false

  constructor(options: SpeakerOptions) {
    this.#options = options
    this.#clock = options.clock ?? hostClock
    this.#config = options.config
    this.#announced = new Set(options.announced ?? options.config.addresses)
    this.#state = initialState(this.#clock.now())
    this.#link = new Link(options, {
      heard: (message) => this.#hear(message),
      owns: (address) => this.#state.name === 'active' && this.#announced.has(address),
      failed: (error) => this.#say('unsent', error.message),
    })
    this.#link.listen(this.#listening())
  }

  /** Takes part. `resume`: it was active within the last three intervals, in a process that is gone. */
  start(resume = false): void {
    this.#step({ event: 'start', resume })
  }

  /** Takes part no more; who was active says so with priority 0, unless it cannot (`silent`). */
  stop(why: string, silent = false): void {
    this.#step({ event: 'stop', why, silent })
  }

  /** Goes on with another configuration of the same virtual router; family, id and peers stay. */
  configure(config: RouterConfig, announced: readonly string[] = config.addresses): void {
    const news = announced.filter((address) => !this.#announced.has(address))
    const changed = JSON.stringify(config) !== JSON.stringify(this.#config)
    this.#config = config
    this.#announced = new Set(announced)
    this.#link.listen(this.#listening())
    if (changed) this.#step({ event: 'configured' })
    if (this.#state.name === 'active') this.#announce(news, config.repeats.repeat)
  }

  view(): SpeakerView {
    const owned = this.#state.name === 'active' ? this.#config.addresses.filter((one) => this.#announced.has(one)) : []
    const text = explainRouter(this.#config, this.#state, this.#clock.now())
    return { config: this.#config, state: this.#state, text, owned }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#link[Symbol.dispose]()
  }

  #listening(): readonly string[] {
    return this.#config.addresses.filter((address) => this.#announced.has(address))
  }

  #hear(message: Incoming): void {
    const receipt = receive(this.#config, message)
    if (receipt === undefined) return
    if ('ignored' in receipt) return this.#say('ignored', receipt.ignored)
    this.#say('warning', receipt.warning ?? '')
    this.#step({ event: 'heard', from: message.from, advertisement: receipt.advertisement })
  }

  #step(event: RouterEvent): void {
    if (this.#closed) throw new VrrpError('CLOSED', 'virtual router', 'the speaker is closed; open another one')
    const before = this.#state
    const { state, actions } = step(this.#config, before, event, this.#clock.now())
    this.#state = state
    for (const action of actions) this.#act(action)
    this.#arm()
    if (state.name !== before.name)
      this.#options.onEvent?.({ event: 'state', from: before.name, to: state.name, why: state.why })
  }

  #act(action: RouterAction): void {
    if (action.do === 'announce') return this.#announce([...this.#announced], action.times)
    this.#try(() => this.#link.advertise(this.#config, action.priority))
  }

  #announce(addresses: readonly string[], times: number): void {
    this.#try(() => this.#link.announce(addresses, times))
  }

  /** What cannot be sent now is due again soon: a timer or the other side sees to that. */
  #try(send: () => void): void {
    try {
      send()
      this.#said.unsent = ''
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      this.#say('unsent', error.message)
    }
  }

  #say(event: 'ignored' | 'warning' | 'unsent', reason: string): void {
    if (this.#said[event] === reason) return
    this.#said[event] = reason
    if (reason !== '') this.#options.onEvent?.({ event, reason })
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const next = nextTick(this.#state)
    if (next === undefined) return
    this.#timer = setTimeout(() => this.#step({ event: 'tick' }), Math.max(0, Math.ceil(next - this.#clock.now())))
  }
}
