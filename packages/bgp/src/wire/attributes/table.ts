import { aggregator, as4Aggregator, atomicAggregate, type Aggregator } from './aggregation.ts'
import { as4Path, asPath, type AsPath } from './as-path.ts'
import { type AttributeCodec, type AttributeContext, Malformed } from './attribute.ts'
import type { PathAttributes } from './attributes.ts'
import { communities, extendedCommunities, largeCommunities } from './communities.ts'
import { localPref, med } from './metrics.ts'
import { nextHop } from './next-hop.ts'
import { origin } from './origin.ts'
import { clusterList, originatorId } from './reflection.ts'

/** All that attributes can say, the two that only carry four octets past old speakers included. */
export interface Wide extends PathAttributes {
  readonly as4Path?: AsPath
  readonly as4Aggregator?: Aggregator
}

export type Draft = { -readonly [K in keyof Wide]: Wide[K] }

/** One attribute, its value's type put away. */
export interface Entry extends Pick<AttributeCodec<unknown>, 'code' | 'name' | 'flags' | 'malformed' | 'internalOnly'> {
  readonly key: keyof Wide
  /** It says something without a value; a list of nothing is left out, since RFC 7606 has it withdraw the route. */
  readonly mayBeEmpty: boolean
  /** Puts the value where it belongs, or says what is wrong with it. */
  read(value: Uint8Array, context: AttributeContext, into: Draft): Malformed | undefined
  /** Its bytes, where there is something to say. */
  write(from: Wide, context: AttributeContext): Uint8Array | undefined
}

function entry<K extends keyof Wide>(key: K, codec: AttributeCodec<NonNullable<Wide[K]>>): Entry {
  const { code, name, flags, malformed, internalOnly = false } = codec
  return {
    key,
    mayBeEmpty: key === 'asPath' || key === 'atomicAggregate',
    code,
    name,
    flags,
    malformed,
    internalOnly,
    read(value, context, into) {
      const found = codec.decode(value, context)
      if (found instanceof Malformed) return found
      into[key] = found
      return undefined
    },
    write(from, context) {
      const value = from[key]
      return value === undefined ? undefined : codec.encode(value, context)
    },
  }
}

/** In the order in which they are sent. */
export const entries: readonly Entry[] = [
  entry('origin', origin),
  entry('asPath', asPath),
  entry('nextHop', nextHop),
  entry('med', med),
  entry('localPref', localPref),
  entry('atomicAggregate', atomicAggregate),
  entry('aggregator', aggregator),
  entry('communities', communities),
  entry('originatorId', originatorId),
  entry('clusterList', clusterList),
  entry('extendedCommunities', extendedCommunities),
  entry('as4Path', as4Path),
  entry('as4Aggregator', as4Aggregator),
  entry('largeCommunities', largeCommunities),
]

export const entryByCode: ReadonlyMap<number, Entry> = new Map(entries.map((one) => [one.code, one]))
