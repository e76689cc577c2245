import { type Gauge, PodTc, type ServiceMaps } from '@skep/pod-tc'
import type { Pod } from '@skep/kube'
import type { SockSubject } from '@skep/sock-lb'
import { BpfError } from 'libbpf-ts'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import { processesBelow } from '../node/cgroups.ts'
import type { Settings } from '../options/catalogue/index.ts'
import { pinsOf } from '../sockets/sockets.ts'
import { type Choice, chooseFor, sidecarHint } from './choice.ts'
import { type PodDevice, PodFinder } from './device.ts'
import { nameOf, PodStore } from './store.ts'

export interface PodsOptions {
  readonly settings: Settings
  /** The services' maps, which both ways of translating look into. */
  readonly services: ServiceMaps
  readonly netlink: Netlink
}

/** How a pod's services are translated, and why. */
export interface PodRow {
  readonly pod: string
  readonly choice: Choice
  readonly device?: PodDevice
  /** What keeps it from being served as it was chosen. */
  readonly problem?: string
  readonly hint?: string
}

/** How many pods' sockets meet the programs, and those whose do not. */
export interface Seen {
  readonly seen: number
  readonly missed: readonly string[]
}

/** What sockets are to know of pods. */
export interface PodsRound {
  readonly subjects: readonly SockSubject[]
}

/** Services of pods whose sockets are left alone, at their devices. */
export class Pods implements Disposable {
  readonly store: PodStore = new PodStore()
  readonly #options: PodsOptions
  #served: PodTc | undefined
  #rows: readonly PodRow[] = []
  #round: PodsRound = { subjects: [] }
  /** The store's when the last round was made; `undefined`: another is due whatever it is. */
  #version: number | undefined

  constructor(options: PodsOptions) {
    this.#options = options
    if (this.#hostNamespaceOnly || PodTc.isInstalled(pinsOf(options.settings))) this.#open()
  }

  /** Attaches to the devices of pods that are to be served there. Who has been served there stays so, for its connections. */
  apply(): PodsRound {
    const { version } = this.store
    if (this.#version === version) return this.#round
    this.#version = undefined
    this.#round = this.#applyAll()
    this.#version = version
    return this.#round
  }

  /** Takes note of a device or a route. True: that concerns a pod, and another round is due. */
  notice(event: MonitorEvent): boolean {
    const isWaiting = this.#rows.some(({ choice, device }) => choice.at === 'device' && device === undefined)
    const lost = event.type === 'link' && event.action === 'remove' ? event.value.index : undefined
    const concerns =
      event.type === 'resync' ||
      isWaiting ||
      this.#rows.some(({ device }) => device !== undefined && device.index === lost)
    if (concerns) this.#version = undefined
    return concerns
  }

  #applyAll(): PodsRound {
    const finder = new PodFinder(this.#options.netlink)
    const attached = new Set(this.#served?.attached())
    const subjects: SockSubject[] = []
    this.#rows = [...this.store.networked()].map((pod) => {
      const row = this.#serve(pod, finder, attached)
      const cookie = row.device && !this.#hostNamespaceOnly ? finder.cookie(row.device) : undefined
      if (cookie !== undefined) subjects.push({ netns: cookie, treat: 'leave' })
      return row
    })
    return { subjects }
  }

  /** Of the pods that have processes, whose sockets programs in a cgroup meet, and whose they do not: `namespace/name`. */
  seenBelow(root: string): Seen {
    const isBelow = processesBelow(root)
    const finder = new PodFinder(this.#options.netlink)
    const seen: string[] = []
    const missed: string[] = []
    for (const pod of this.store.networked()) {
      const device = finder.device(addressesOf(pod))
      const cookie = device && finder.cookie(device)
      const below = cookie === undefined ? undefined : isBelow(cookie)
      if (below !== undefined) (below ? seen : missed).push(nameOf(pod))
    }
    return { seen: seen.length, missed }
  }

  rows(): readonly PodRow[] {
    return this.#rows
  }

  /** What keeps pods from being served as it is written, a line each. */
  problems(): readonly string[] {
    const lost = this.#served?.madeAnew.filter((line) => line.startsWith('what was in')) ?? []
    return [...this.#rows.flatMap(problemsOf), ...lost.map((line) => `connections of pods at their devices: ${line}`)]
  }

  /** How a pod's services are translated; nothing about others. `name`: `namespace/name`. */
  explain(name: string): string[] {
    const row = this.#rows.find(({ pod }) => pod === name)
    if (!row) return []
    const { choice, device, problem, hint } = row
    const instead = this.#hostNamespaceOnly ? 'nowhere as yet' : 'at its sockets'
    const where = device ? `packet by packet at ${device.name} (index ${device.index})` : instead
    const lines = [choice.problem, problem, hint].filter((line) => line !== undefined)
    return [`${name}: services are translated ${where}: ${choice.why}`, ...lines.map((line) => `  ${line}`)]
  }

  verdicts(): Readonly<Record<string, bigint>> {
    return this.#served?.verdicts() ?? {}
  }

  gauges(): readonly Gauge[] {
    return this.#served?.gauges() ?? []
  }

  #serve(pod: Pod, finder: PodFinder, attached: ReadonlySet<number>): PodRow {
    const choice = chooseFor(pod, this.store.namespaceOf(pod), this.#hostNamespaceOnly)
    const hint = sidecarHint(pod, choice)
    const row = { pod: nameOf(pod), choice, ...(hint !== undefined && { hint }) }
    if (choice.at === 'socket') return row
    const device = finder.device(addressesOf(pod))
    if (!device) return { ...row, problem: `no veth leads to ${addressesOf(pod).join(', ')}` }
    if (!this.#hostNamespaceOnly && finder.cookie(device) === undefined)
      return { ...row, problem: `its network namespace is not found; its sockets cannot be left alone` }
    try {
      if (!attached.has(device.index)) this.#open().attach(device.index)
    } catch (error) {
      if (!(error instanceof BpfError)) throw error
      return { ...row, problem: `${device.name}: ${error.message}` }
    }
    return { ...row, device }
  }

  /** Memory for connections is taken when some pod needs it. */
  #open(): PodTc {
    const { settings, services } = this.#options
    return (this.#served ??= PodTc.open({
      pins: pinsOf(settings),
      services,
      settings: {
        loopback4: settings['ipv4-service-loopback-address'],
        loopback6: settings['ipv6-service-loopback-address'],
      },
    }))
  }

  get #hostNamespaceOnly(): boolean {
    return this.#options.settings['bpf-lb-sock-hostns-only']
  }

  [Symbol.dispose](): void {
    this.#served?.[Symbol.dispose]()
  }
}

function addressesOf({ status: { podIPs } }: Pod): string[] {
  return podIPs.map(({ ip }) => ip)
}

function problemsOf({ pod, choice, problem }: PodRow): string[] {
  return [choice.problem, problem].flatMap((line) => (line === undefined ? [] : [`${pod}: ${line}`]))
}
