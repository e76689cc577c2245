import type { Program } from 'libbpf-ts'
import { loadLbTc, type LbTcOptions } from '../src/lb-tc.ts'
import { type LbXdp, type LbXdpConfig, type LbXdpOptions, loadLbXdp } from '../src/lb-xdp.ts'
import type { BalancerOptions } from './balancer-options.ts'
import { plainConfig } from './plain-config.ts'

/** Entries of the tables whose sizes no test asks for. */
const SERVICES = 16
const MEMBERS = 1024
const HOPS = 64
const FRAGMENTS = 64

export const LINE_SLOTS = 32
export const LINE_IDS = 16
/** Lines of each service's ranges. */
export const RANGE_LINES = 8

export interface Loaded {
  readonly lb: Pick<LbXdp, 'maps'> & Disposable
  readonly program: Program
  /** At tc: what meets packets on their way out. */
  readonly out?: Program
  readonly config: LbXdpConfig
}

/** How many lines each service has of a table. */
export interface ServiceLines {
  readonly ring: number
  readonly records: number
}

/** The program with empty tables. */
export function loadBalancer(options: BalancerOptions, lines: ServiceLines): Loaded {
  const { natLines = 64, serviceLines = 16, rateLines = 64, hook, object } = options
  const config = {
    ...plainConfig({ serviceLines, natLines, hops: HOPS, rateLines, fragments: FRAGMENTS }),
    ...options.config,
  }
  const size = (maxEntries: number): { maxEntries: number } => ({ maxEntries })
  const load = {
    ...(object === undefined ? {} : { source: object }),
    config,
    maps: {
      services4: size(serviceLines),
      services6: size(serviceLines),
      services: size(SERVICES),
      rings: size(SERVICES * lines.ring),
      memberIds: size(MEMBERS / LINE_IDS + SERVICES),
      members: size(MEMBERS),
      memberCounters: size(MEMBERS),
      sources: size(8),
      natFlows: size(natLines),
      natReplies: size(natLines),
      natEntries: size(natLines * 8),
      hops: size(HOPS),
      fragments: size(FRAGMENTS),
      moves: size(SERVICES * lines.ring),
      records: size(SERVICES * lines.records),
      ranges: size(SERVICES * RANGE_LINES),
      rates: size(rateLines),
    },
  }
  return { ...(hook === 'tc' ? atTc(load) : atXdp(load)), config }
}

function atXdp(options: LbXdpOptions): Omit<Loaded, 'config'> {
  const lb = loadLbXdp(options)
  return { lb, program: lb.programs.lbXdp }
}

function atTc(options: LbTcOptions): Omit<Loaded, 'config'> {
  const lb = loadLbTc(options)
  return { lb, program: lb.programs.lbTc, out: lb.programs.lbTcOut }
}
