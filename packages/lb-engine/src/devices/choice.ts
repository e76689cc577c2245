import { hold, HostView, type Explanation, nothingHeld } from '@skep/device-detect'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { isBare } from './above.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import type { Device } from './plan.ts'
import { deviceWarnings, selectDevices } from './select.ts'

/** The devices that a configuration chooses, as they are now. */
export interface Chosen {
  readonly devices: readonly Device[]
  /** Of every device of the host. */
  readonly explanations: readonly Explanation[]
  /** Names that are not there. */
  readonly missing: readonly string[]
  /** What is to be said about the entries, with their places. */
  readonly warnings: readonly string[]
}

/** Why a device was chosen. */
export function whyChosen({ explanations }: Chosen, device: string): string {
  return explanations.find((one) => one.device === device)?.why ?? ''
}

/** Names that are not there, as warnings: a configuration that was accepted is not refused for a device that goes later. */
export function missingWarnings(
  { missing }: Chosen,
  { devices }: { readonly devices: readonly string[] },
  terms: Terms = specTerms,
): string[] {
  return missing.map((name) => `${terms.device(devices.indexOf(name))}: "${name}": there is no such device any more`)
}

/** Which devices are chosen, from round to round: those whose routes have gone are kept for a while. */
export class DeviceChoice {
  readonly #view: HostView
  readonly #terms: Terms
  #held = nothingHeld
  #dueAt = Infinity
  #taken = ''

  /** `linked`: devices, by index, that were chosen by whoever ran before. */
  constructor(netlink: Netlink, linked: readonly number[], terms: Terms = specTerms) {
    this.#terms = terms
    this.#view = new HostView(netlink)
    this.#held = { ...nothingHeld, chosen: new Set(linked) }
  }

  /** Takes note of an event about the network; without one, anything may have changed. False: nothing about devices has. */
  note(event?: MonitorEvent): boolean {
    if (event !== undefined) return this.#view.note(event)
    this.#view.forget()
    return true
  }

  /** What would be chosen now, for whoever only asks. */
  look(entries: readonly string[]): Chosen {
    this.#view.refresh()
    return this.#choose(entries).chosen
  }

  /** Whether other devices would be chosen now than were taken last. */
  differs(entries: readonly string[]): boolean {
    return keyOf(this.look(entries)) !== this.#taken
  }

  /** What is chosen from now on. */
  take(entries: readonly string[]): Chosen {
    const readAt = this.#view.refresh() ?? Infinity
    const { chosen, held, dueAt = Infinity } = this.#choose(entries)
    this.#held = held
    this.#taken = keyOf(chosen)
    this.#dueAt = Math.min(readAt, dueAt)
    return chosen
  }

  /** Whether time alone has changed what is chosen. */
  get isDue(): boolean {
    return performance.now() >= this.#dueAt
  }

  #choose(entries: readonly string[]): { chosen: Chosen; held: typeof nothingHeld; dueAt?: number } {
    const selected = selectDevices(entries, this.#view.snapshot)
    const { detection, ...rest } = hold(selected, this.#held, performance.now())
    const bare = new Set(this.#view.snapshot.links.filter(isBare).map(({ index }) => index))
    const devices = detection.explanations.flatMap(({ device: name, index, kind, chosen }) =>
      chosen ? [{ name, index, kind, isBare: bare.has(index) }] : [],
    )
    const missing = selected.findings.flatMap(({ path: [, , entry] }) => entries[Number(entry)] ?? [])
    const { explanations } = detection
    return { chosen: { devices, explanations, missing, warnings: deviceWarnings(selected, this.#terms) }, ...rest }
  }
}

function keyOf({ devices }: Chosen): string {
  return devices.map(({ index, name }) => `${index} ${name}`).join()
}
