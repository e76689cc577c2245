import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Host } from '@skep/testbed'

/** A route as the other speaker shows it. What it does not show, or the route has not, is absent. */
export interface SeenRoute {
  readonly nextHop?: string
  readonly asPath?: string
  readonly med?: number
  readonly localPref?: number
  readonly communities?: readonly string[]
  readonly largeCommunities?: readonly string[]
  readonly extendedCommunities?: readonly string[]
  /** Kept from before we went. */
  readonly stale?: boolean
}

/** What two speakers can agree on, by one name whoever shows it. */
export type Capability =
  | 'ipv4'
  | 'ipv6'
  | 'as4'
  | 'route refresh'
  | 'enhanced refresh'
  | 'extended next hop'
  | 'graceful restart'

/** The session as the other speaker shows it. */
export interface SeenSession {
  readonly up: boolean
  /** What it says about the last end of the session, as it says it. */
  readonly lastError: string
  /** All that it says, for what only some say. */
  readonly text: string
}

/** Another BGP speaker, asked through its own tool. */
export interface Router extends AsyncDisposable {
  session(): Promise<SeenSession>
  /** By prefix: the routes from us. */
  routes(family: 'ipv4' | 'ipv6'): Promise<Record<string, SeenRoute>>
  /** What it has heard that we can. */
  capabilities(): Promise<Capability[]>
  /** Asks us for all routes again. */
  refresh(): Promise<void>
  /** Ends the session for good, with words for us (RFC 9003). */
  shutdown(text: string): Promise<void>
}

/** What its configuration says. */
export interface RouterPlan {
  readonly host: Host
  readonly address: string
  /** Ours. */
  readonly neighbor: string
  readonly asn?: number
  readonly neighborAsn?: number
  /** Who connects; default: it waits. */
  readonly connects?: boolean
  readonly port?: number
  readonly password?: string
  readonly multihop?: boolean
  readonly ttlSecurity?: boolean
  /** FRR: the neighbour is whoever is on `device`; zebra runs too, and finds it. */
  readonly unnumbered?: boolean
  /** Where link-local addresses are. */
  readonly device?: string
  /** IPv4 with an IPv6 next hop. */
  readonly extendedNextHop?: boolean
  readonly gracefulRestart?: boolean
  /** In s; 0: no keepalives, and no end by silence. */
  readonly holdTime?: number
  /** It watches the path by BFD, every so many ms. */
  readonly bfdMs?: number
  /** What it announces. */
  readonly announces?: readonly string[]
}

/** A folder of its own, gone afterwards. */
export function folder(stack: AsyncDisposableStack): string {
  const path = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
  stack.defer(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Starts a daemon in the foreground; disposing ends it and waits for that. */
export function daemon(stack: AsyncDisposableStack, host: Host, file: string, args: readonly string[]): void {
  const child = host.spawn(file, args, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  stack.defer(async () => {
    child.kill('SIGKILL')
    await exited
    // FRR's, for the last words of one that crashes.
    rmSync(`/var/tmp/frr/${basename(file)}.${child.pid}`, { recursive: true, force: true })
  })
}
