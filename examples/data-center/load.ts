import {
  type BrokenConnection,
  type HeldConnections,
  holdConnections,
  type Host,
  startTraffic,
  type Traffic,
  type TrafficReport,
} from '@skep/testbed'
import { type Family, families, type Kind, kinds, PORT, vips } from './addresses.ts'

/** How much of everything, for each service address. */
export interface Amount {
  /** Connections that are open all the while. */
  readonly held: number
  /** Connections that are opened a second. */
  readonly perSecond: number
  /** A new connection that has no answer for so long counts as failed. TCP itself would try again after a second. */
  readonly patienceMs: number
}

/** What became of the connections to one address. */
export interface Outcome {
  readonly kind: Kind
  readonly family: Family
  readonly held: number
  readonly broken: number
  readonly reasons: readonly string[]
  readonly opened: number
  readonly failed: number
  /** From the beginning of the first connection that failed to that of the last one. */
  readonly failedForMs: number
  /** Of those that were opened when the router had turned away. */
  readonly failedAfter: number
}

interface Stream {
  readonly kind: Kind
  readonly family: Family
  readonly held: HeldConnections
  readonly fresh: Traffic
}

/** Connections to all addresses: some that are kept, and new ones all the while. */
export class Load implements AsyncDisposable {
  readonly #client: Host
  readonly #amount: Amount
  readonly #streams: readonly Stream[]
  readonly #stack: AsyncDisposableStack

  private constructor(client: Host, amount: Amount, streams: readonly Stream[], stack: AsyncDisposableStack) {
    this.#client = client
    this.#amount = amount
    this.#streams = streams
    this.#stack = stack
  }

  /** Resolves when the kept ones are open, and some new ones have been served. */
  static async begin(client: Host, amount: Amount): Promise<Load> {
    await using stack = new AsyncDisposableStack()
    const { held: connections, perSecond, patienceMs: timeoutMs } = amount
    const streams = await Promise.all(
      targets().map(async ({ kind, family, target }) => {
        const held = stack.use(await holdConnections(client, { ...target, connections }))
        const options = { ...target, protocol: 'tcp', perSecond, timeoutMs, concurrency: 64, progressMs: 20 } as const
        return { kind, family, held, fresh: stack.use(await startTraffic(client, options)) }
      }),
    )
    const load = new Load(client, amount, streams, stack.move())
    for (const { held } of streams) refuse(held.opened.broken)
    await load.goOn()
    return load
  }

  /** Some more new connections. */
  async goOn(): Promise<void> {
    const more = Math.ceil(this.#amount.perSecond / 4)
    await Promise.all(this.#streams.map(({ fresh }) => fresh.reached(fresh.progress.requests + more)))
  }

  /** Now that all is as it will be: more new connections; which of the kept ones live; what there was in between. */
  async end(): Promise<Outcome[]> {
    const later = await Promise.all(this.#streams.map((one) => this.#later(one)))
    const reports = await Promise.all(this.#streams.map(({ fresh }) => fresh.stop()))
    const checks = await Promise.all(this.#streams.map(({ held }) => held.check()))
    return this.#streams.map(({ kind, family }, i) => ({
      kind,
      family,
      held: this.#amount.held,
      broken: checks[i]!.broken.length,
      reasons: [...new Set(checks[i]!.broken.map(({ reason }) => reason))],
      ...freshOutcome(reports[i]!),
      failedAfter: later[i]!,
    }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }

  /** How many fail of connections that begin now. */
  async #later({ kind, family }: Stream): Promise<number> {
    const options = { protocol: 'tcp', address: vips[kind][family], port: PORT, concurrency: 8 } as const
    await using fresh = await startTraffic(this.#client, { ...options, requests: this.#amount.held })
    return (await fresh.report).failed
  }
}

function targets() {
  return kinds.flatMap((kind) =>
    families.map((family) => ({ kind, family, target: { address: vips[kind][family], port: PORT } })),
  )
}

function freshOutcome({
  requests,
  failed,
  failures,
}: TrafficReport): Pick<Outcome, 'opened' | 'failed' | 'failedForMs'> {
  const starts = failures.map(({ atMs, afterMs }) => atMs - afterMs)
  const failedForMs = starts.length === 0 ? 0 : Math.round(Math.max(...starts) - Math.min(...starts))
  return { opened: requests, failed, failedForMs }
}

function refuse(broken: readonly BrokenConnection[]): void {
  if (broken.length > 0) throw new Error(`connections cannot be opened: ${JSON.stringify(broken[0])}`)
}
