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
  }
}
