import type { NextHop } from '@skep/neighbor'
import { family } from '../model/family.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import { type Needs, translation } from './needs.ts'

/** What the kernel's routes say about a destination. */
export interface Route {
  readonly device: string
  readonly index: number
  /** Missing where the destination is on the link itself. */
  readonly gateway?: string | undefined
  /** The own address that the route prefers. */
  readonly source?: string | undefined
  /** The destination is an address of this host. */
  readonly local: boolean
}

/** How the backends are reached. */
export interface Resolution {
  /** By backend address: the own address that packets to it carry; its own for a backend that is this host itself. */
  readonly sources: ReadonlyMap<string, string>
  /** By backend address: the neighbours that packets to it are sent to. */
  readonly ways: ReadonlyMap<string, readonly NextHop[]>
  /** Backends that cannot be reached as things are, each with the reason. */
  readonly unreachable: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
  /** Backends that are this host: the stack takes what is for them, and what they answer is translated as it leaves. */
  readonly here: ReadonlySet<string>
}

export interface ResolveInput {
  /** Each once. */
  readonly backends: readonly string[]
  /** The kernel's answer, or why there is none. */
  readonly lookup: (address: string) => Route | Error
  /** Own addresses from the configuration; empty: what each route prefers. */
  readonly sources: readonly string[]
  /** The devices that XDP runs on. */
  readonly devices: readonly string[]
  /** The sources used so far: a backend without a route keeps its own. */
  readonly before: ReadonlyMap<string, string>
  /** By backend; left out: all need what translation needs. */
  readonly needs?: (address: string) => Needs
  /** Where routes have several ways: all next hops towards a backend. */
  readonly ways?: ((address: string) => readonly NextHop[]) | undefined
  /** Of the messages; those of a configuration file when left out. */
  readonly terms?: Terms
}

/** Resolves every backend. Pure but for `lookup`. */
export function resolveBackends(input: ResolveInput): Resolution {
  const sources = new Map<string, string>()
  const ways = new Map<string, readonly NextHop[]>()
  const unreachable = new Map<string, string>()
  const warnings: string[] = []
  const { terms = specTerms } = input
  const here = new Set<string>()
  const hopsBy = new Map<Route, readonly NextHop[]>()
  for (const backend of input.backends) {
    const route = input.lookup(backend)
    const source = sourceFor(backend, route instanceof Error ? undefined : route, input)
    if (source !== undefined) sources.set(backend, source)
    const needs = input.needs?.(backend) ?? translation
    const trouble = troubleWith(backend, route, source, needs, terms)
    if (trouble !== undefined) unreachable.set(backend, trouble)
    if (route instanceof Error) continue
    if (route.local) {
      if (needs.replies) here.add(backend)
      continue
    }
    const several = input.ways?.(backend) ?? []
    ways.set(backend, several.length > 0 ? several : hopsOf(backend, route, hopsBy))
    if (needs.replies && !input.devices.includes(route.device)) warnings.push(notOurs(backend, route.device, terms))
  }
  return { sources, ways, unreachable, warnings, here }
}

/** Those of a router are one list, however many backends are behind it. */
function hopsOf(backend: string, route: Route, known: Map<Route, readonly NextHop[]>): readonly NextHop[] {
  const { index, gateway } = route
  if (gateway === undefined) return [{ index, address: backend }]
  const hops = known.get(route) ?? [{ index, address: gateway }]
  known.set(route, hops)
  return hops
}

function sourceFor(backend: string, route: Route | undefined, { sources, before }: ResolveInput): string | undefined {
  if (route?.local === true) return backend
  const configured = sources.length > 0 ? sources.filter((source) => family(source) === family(backend)) : []
  if (configured.length > 0) return configured[spread(backend) % configured.length]
  const kept = before.get(backend)
  // It may have been this host's until now.
  return route === undefined ? kept : (route.source ?? (kept === backend ? undefined : kept))
}

function troubleWith(
  backend: string,
  route: Route | Error,
  source: string | undefined,
  needs: Needs,
  terms: Terms,
): string | undefined {
  if (route instanceof Error) return `no route to ${backend}: ${route.message}`
  if (route.local)
    return needs.direct
      ? `${backend} is an address of this host, which takes translated packets alone: give its services mode snat`
      : undefined
  if (needs.onLink && route.gateway !== undefined)
    return `${backend} is behind the router ${route.gateway}, and l2 reaches only what is on a link of this host: packets for the service would end at the router; use ipip or opt`
  if (needs.source && source === undefined)
    return `the route to ${backend} names no own address; give one in ${terms.setting('snat.sources')}`
  return undefined
}

function notOurs(backend: string, device: string, terms: Terms): string {
  return `${backend} is reached through ${device}, which is not among ${terms.device()}: its replies would not be translated back`
}

/** The same source for a backend on every start, whatever else is configured. */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
