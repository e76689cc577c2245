import { randomInt } from 'node:crypto'
import type { CaptureOptions } from '../capture/capture.ts'
import { Capture } from '../capture/capture.ts'
import { TestbedError } from '../error.ts'
import type { Lifetime } from '../lifetimes.ts'
import { undoAtExit } from '../lifetimes.ts'
import { applySteps } from './apply.ts'
import { checkTopology } from './check.ts'
import { modelOf } from './defaults.ts'
import type { Host } from './host.ts'
import { planTopology } from './plan.ts'
import { expandShortForm } from './short-form.ts'
import type { ShortForm, TopologySpec } from './spec.ts'
import { isShortForm } from './spec.ts'
import { namespacePrefix, sweepStaleNamespaces } from './stale.ts'

/** Hosts and links that exist. `await using` takes everything away again, with all that runs in the hosts. */
export class Topology implements Lifetime {
  /** By name, the hosts of bridges included. */
  readonly hosts: ReadonlyMap<string, Host>
  /** What the names of its namespaces begin with, as `ip netns list` has them: `<prefix>-<host>`. */
  readonly prefix: string
  readonly #stack: AsyncDisposableStack
  readonly #forget: () => void

  constructor(prefix: string, hosts: ReadonlyMap<string, Host>, stack: AsyncDisposableStack) {
    this.prefix = prefix
    this.hosts = hosts
    this.#stack = stack
    this.#forget = undoAtExit(this)
  }

  /** Throws {@link TestbedError} for a name that there is not. */
  host(name: string): Host {
    const host = this.hosts.get(name)
    if (host) return host
    throw new TestbedError(
      'NO_SUCH_HOST',
      'topology',
      `no host ${name}; there are ${[...this.hosts.keys()].join(', ')}`,
    )
  }

  /** Starts to capture on a device; see {@link Capture}. Needs tcpdump. */
  capture(host: string, device = 'eth0', options: CaptureOptions = {}): Promise<Capture> {
    return Capture.start(this.host(host), device, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget()
    await this.#stack.disposeAsync()
  }

  /** What can be done when the process ends without waiting: nothing is left on the machine. */
  [Symbol.dispose](): void {
    for (const host of this.hosts.values()) host.endAtOnce()
  }
}

/** A topology with its hosts as properties: `net.client`. */
export type Net<Name extends string> = Topology & { readonly [name in Name]: Host }

/**
 * Makes network namespaces, joined by veth pairs and bridges, with addresses (IPv4 and IPv6, usable at once), routes and
 * sysctls. Everything is up and can send when it resolves.
 *
 * Throws {@link TestbedError} with everything that is wrong with the declaration, or with the step that failed; what was
 * made until then is gone. Needs root and BPF. Equivalent to: `ip netns add`, `ip link add … type veth`, `ip address add`,
 * `ip route add`, `ethtool -K … tx off`.
 *
 *     await using net = await topology({ client: '10.0.0.2/24', lb: ['10.0.0.1/24', '10.1.0.1/24'], backend: '10.1.0.2/24' })
 */
export function topology<Name extends string>(spec: TopologySpec<Name>): Promise<Net<Name>>
export function topology<Name extends string>(spec: ShortForm<Name>): Promise<Net<Name>>
export async function topology(spec: ShortForm | TopologySpec): Promise<Net<string>> {
  const full = isShortForm(spec) ? expandShortForm(spec) : spec
  checkTopology(full)
  sweepStaleNamespaces()
  await using stack = new AsyncDisposableStack()
  const model = modelOf(full)
  const hosts = new Map<string, Host>()
  const prefix = namespacePrefix(randomInt(36 ** 4).toString(36))
  await applySteps(planTopology(model), { model, prefix, hosts, stack })
  return Object.assign(new Topology(prefix, hosts, stack.move()), Object.fromEntries(hosts)) as Net<string>
}
