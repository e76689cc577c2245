import { u16, u32, Writer } from '../bytes.ts'
import type { AfiSafi } from '../family.ts'

/** A family whose forwarding state was kept while the speaker restarted. */
export interface RestartFamily extends AfiSafi {
  readonly forwarding: boolean
}

/** Graceful restart (RFC 4724). */
export interface GracefulRestart {
  /** The speaker has just restarted. */
  readonly restarting: boolean
  /** How long its peers may keep its routes until it is back: 0–4095 s. */
  readonly seconds: number
  readonly families: readonly RestartFamily[]
}

/** What a speaker says it can do (RFC 5492). */
export interface Capabilities {
  /** RFC 4760. Empty: IPv4 unicast alone. */
  readonly multiprotocol: readonly AfiSafi[]
  /** The speaker's AS number in four octets (RFC 6793). */
  readonly as4?: number
  readonly routeRefresh?: boolean
  readonly enhancedRouteRefresh?: boolean
  /** Families whose next hop may be an IPv6 address (RFC 8950). */
  readonly extendedNextHop?: readonly AfiSafi[]
  readonly gracefulRestart?: GracefulRestart
  /** Those that we do not know, as they are. */
  readonly unknown?: readonly UnknownCapability[]
}

export interface UnknownCapability {
  readonly code: number
  readonly value: Uint8Array
}

const Code = {
  multiprotocol: 1,
  routeRefresh: 2,
  extendedNextHop: 5,
  gracefulRestart: 64,
  as4: 65,
  enhanced: 70,
} as const
const IPV6_NEXT_HOP = 2

type Draft = { -readonly [K in keyof Capabilities]: Capabilities[K] } & {
  multiprotocol: AfiSafi[]
  unknown?: UnknownCapability[]
}

/** Each reads one capability's value, or refuses it by its length: RFC 5492 has such a one ignored. */
const readers: Readonly<Record<number, (value: Uint8Array, into: Draft) => boolean>> = {
  [Code.multiprotocol]: (value, into) => {
    if (value.length !== 4) return false
    const family = { afi: u16(value, 0), safi: value[3]! }
    if (!into.multiprotocol.some(({ afi, safi }) => afi === family.afi && safi === family.safi))
      into.multiprotocol.push(family)
    return true
  },
  [Code.routeRefresh]: (value, into) => value.length === 0 && (into.routeRefresh = true),
  [Code.enhanced]: (value, into) => value.length === 0 && (into.enhancedRouteRefresh = true),
  [Code.as4]: (value, into) => {
    if (value.length !== 4) return false
    into.as4 = u32(value, 0)
    return true
  },
  [Code.extendedNextHop]: (value, into) => {
    if (value.length === 0 || value.length % 6 !== 0) return false
    const found: AfiSafi[] = []
    for (let at = 0; at < value.length; at += 6)
      if (u16(value, at + 4) === IPV6_NEXT_HOP) found.push({ afi: u16(value, at), safi: u16(value, at + 2) })
    into.extendedNextHop = found
    return true
  },
  [Code.gracefulRestart]: (value, into) => {
    if (value.length % 4 !== 2) return false
    const families: RestartFamily[] = []
    for (let at = 2; at < value.length; at += 4)
      families.push({ afi: u16(value, at), safi: value[at + 2]!, forwarding: (value[at + 3]! & 0x80) !== 0 })
    into.gracefulRestart = { restarting: (value[0]! & 0x80) !== 0, seconds: u16(value, 0) & 0xfff, families }
    return true
  },
}

/** Adds the capabilities of one optional parameter to those known so far; false when their lengths do not add up. */
export function decodeCapabilities(bytes: Uint8Array, into: Capabilities): boolean {
  const draft = into as Draft
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 + (bytes[at + 1] ?? Number.POSITIVE_INFINITY)
    if (end > bytes.length) return false
    const code = bytes[at]!
    const value = bytes.subarray(at + 2, end)
    const read = readers[code]
    if (read === undefined) (draft.unknown ??= []).push({ code, value: value.slice() })
    else read(value, draft)
    at = end
  }
  return true
}

/** The value of the Capabilities optional parameter. */
export function encodeCapabilities(capabilities: Capabilities): Uint8Array {
  const writer = new Writer()
  const put = (code: number, ...value: readonly number[]): Writer =>
    writer.u8(code).u8(value.length).bytes(Uint8Array.from(value))
  for (const { afi, safi } of capabilities.multiprotocol) put(Code.multiprotocol, afi >>> 8, afi, 0, safi)
  if (capabilities.routeRefresh === true) put(Code.routeRefresh)
  const wide = capabilities.extendedNextHop
  if (wide)
    put(Code.extendedNextHop, ...wide.flatMap(({ afi, safi }) => [afi >>> 8, afi, safi >>> 8, safi, 0, IPV6_NEXT_HOP]))
  const restart = capabilities.gracefulRestart
  if (restart) put(Code.gracefulRestart, ...restartValue(restart))
  const { as4 } = capabilities
  if (as4 !== undefined) put(Code.as4, as4 >>> 24, as4 >>> 16, as4 >>> 8, as4)
  if (capabilities.enhancedRouteRefresh === true) put(Code.enhanced)
  for (const { code, value } of capabilities.unknown ?? []) writer.u8(code).u8(value.length).bytes(value)
  return writer.done()
}

function restartValue({ restarting, seconds, families }: GracefulRestart): number[] {
  const head = (restarting ? 0x8000 : 0) | Math.min(seconds, 0xfff)
  const each = families.flatMap(({ afi, safi, forwarding }) => [afi >>> 8, afi, safi, forwarding ? 0x80 : 0])
  return [head >>> 8, head, ...each]
}
