import { join } from 'node:path'
import { LbError } from '../error.ts'

/** Which load balancer on this host: every pin and file of an instance lies below its own name. */
export interface InstanceOptions {
  /** `a–z`, `0–9` and `-`. */
  readonly instance: string
  /** A folder in a BPF file system, `/sys/fs/bpf/skep` by default. */
  readonly bpfRoot: string
  /** A folder that a reboot empties, `/run/skep` by default. */
  readonly runDir: string
}

/** Where an instance keeps what. */
export interface InstancePaths extends InstanceOptions {
  /** `<bpfRoot>/<instance>`: everything that is pinned. */
  readonly pins: string
  readonly maps: string
  readonly links: string
  readonly programs: string
  /** `<runDir>/<instance>` */
  readonly run: string
  /** The process that runs the instance. */
  readonly process: string
  /** The kernel settings that were changed, with what they were before. */
  readonly settings: string
  /** The neighbour entries that are kept. */
  readonly neighbors: string
  /** The socket of the health process. */
  readonly health: string
  /** What the health process is to check. */
  readonly checks: string
  /** Who is judged by connections, and who is ejected. */
  readonly ejections: string
  /** The socket that commands and other programs talk to `run` by. */
  readonly api: string
  /** The configuration that was carried out last. */
  readonly applied: string
  /** Who is drained, and who leaves. */
  readonly drains: string
  /** The services that were put by Cilium's API. */
  readonly cilium: string
  /** The socket of the announcer. */
  readonly announcer: string
  /** The announcer's own folder, which it locks. */
  readonly announcing: string
  /** What routers were told by BGP. */
  readonly spoken: string
  /** The addresses that are about to leave, and until when. */
  readonly leaving: string
  /** The socket of the BFD process. */
  readonly bfd: string
}

export const defaultInstance: InstanceOptions = {
  instance: 'default',
  bpfRoot: '/sys/fs/bpf/skep',
  runDir: '/run/skep',
}

/** The paths of an instance. Throws {@link LbError} for a name that could leave its folder. */
export function instancePaths({ instance, bpfRoot, runDir }: InstanceOptions): InstancePaths {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(instance))
    throw new LbError(
      'INVALID_OPTION',
      `--instance ${JSON.stringify(instance)}: write up to 63 of a–z, 0–9 and "-", like edge-1`,
    )
  const pins = join(bpfRoot, instance)
  const run = join(runDir, instance)
  return {
    instance,
    bpfRoot,
    runDir,
    pins,
    maps: join(pins, 'maps'),
    links: join(pins, 'links'),
    programs: join(pins, 'programs'),
    run,
    process: join(run, 'process.json'),
    settings: join(run, 'settings.json'),
    neighbors: join(run, 'neighbors.json'),
    health: join(run, 'health.sock'),
    checks: join(run, 'checks.json'),
    ejections: join(run, 'ejections.json'),
    api: join(run, 'api.sock'),
    applied: join(run, 'applied.json'),
    drains: join(run, 'drains.json'),
    cilium: join(run, 'cilium-services.json'),
    announcer: join(run, 'announcer.sock'),
    announcing: join(run, 'announcing'),
    spoken: join(run, 'bgp.json'),
    leaving: join(run, 'bgp-leaving.json'),
    bfd: join(run, 'bfd.sock'),
  }
}

/** Which of a device's two hooks a link stands on. */
export type LinkHook = 'xdp' | 'tc'

/** Behind the device in the name of a tc link's pin. */
const TC = '+tc'

/** The same for a filter's, before the device's index. */
const FILTER = '+filter-'

/** The name of a device's link pin. A BPF file system refuses dots, and no device's name holds a colon. */
export function linkPin(paths: InstancePaths, device: string, hook: LinkHook = 'xdp'): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${hook === 'tc' ? TC : ''}`)
}

/** The name of the pin that stands for a filter at tc, which the kernel cannot pin. */
export function filterPin(paths: InstancePaths, device: string, ifindex: number): string {
  return join(paths.links, `${device.replaceAll('.', ':')}${FILTER}${ifindex}`)
}

export function isFilterPin(pin: string): boolean {
  return pin.includes(FILTER)
}

/** The device of a filter's pin, which may be gone or have another name by now. */
export function ifindexOfFilter(pin: string): number {
  return Number(pin.slice(pin.indexOf(FILTER) + FILTER.length))
}

/** The device that a link's pin is named after. */
export function deviceOfPin(pin: string): string {
  return pin.replace(/\+(tc|filter-\d+)$/, '').replaceAll(':', '.')
}

/** The hook that a link's pin tells of. */
export function hookOfLinkPin(pin: string): LinkHook {
  return pin.endsWith(TC) || isFilterPin(pin) ? 'tc' : 'xdp'
}
