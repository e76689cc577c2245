import { address, flag, integer, list, strict, word } from '@skep/config-file'
import type { z } from 'zod'
import type { Listening } from '../speaker/options.ts'
import type { PeerBfd, PeerConfig } from '../speaker/peer-config.ts'
import { asn, device, holdTime, name, peerAddress, port, routerId } from './fields.ts'

type Shape<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> }

type SessionField =
  | 'name'
  | 'address'
  | 'asn'
  | 'port'
  | 'localAsn'
  | 'passive'
  | 'holdTime'
  | 'connectRetry'
  | 'families'
  | 'extendedNextHop'
  | 'sourceAddress'
  | 'device'
  | 'multihop'
  | 'ttlSecurity'
  | 'nextHops'

/** A peer as any configuration has it; each adds what it has besides. */
export type WrittenPeer = Pick<PeerConfig, SessionField>

/** The fields of a {@link WrittenPeer}, for `strict` of `@skep/config-file`. */
export const peerFields: Shape<WrittenPeer> = {
  name,
  address: peerAddress,
  asn,
  port: port.optional(),
  localAsn: asn.optional(),
  passive: flag.optional(),
  holdTime: holdTime.optional(),
  connectRetry: integer('a number of seconds', 1, 65535).optional(),
  families: list('families', word(['ipv4', 'ipv6']), 'write ipv4, ipv6 or both').optional(),
  extendedNextHop: flag.optional(),
  sourceAddress: address.optional(),
  device: device.optional(),
  multihop: integer('a number of hops', 2, 255).optional(),
  ttlSecurity: integer('a number of hops', 1, 254).optional(),
  nextHops: strict<NonNullable<PeerConfig['nextHops']>>('a nextHops section', {
    ipv4: address.optional(),
    ipv6: address.optional(),
  }).optional(),
}

/** How a peer's path is watched. */
export const bfdFields: Readonly<Record<keyof PeerBfd, z.ZodType<number>>> = {
  intervalMs: integer('a number of ms', 10, 60_000),
  multiplier: integer('a number of packets', 1, 255),
}

/** Who we are, and where peers may connect. */
export interface WrittenSpeaker {
  readonly asn: number
  readonly routerId: string
  readonly listen?: Listening | undefined
}

/** The fields of a {@link WrittenSpeaker}. */
export const speakerFields: Shape<WrittenSpeaker> = {
  asn,
  routerId,
  listen: strict<Listening>('a listen section', {
    addresses: list('own addresses', address),
    port: port.optional(),
  }).optional(),
}
