import { UpdateError } from '../codes.ts'
import { type AttributeCodec, badLength, Malformed, wellKnown } from './attribute.ts'

/** Where a route comes from. */
export type Origin = 'igp' | 'egp' | 'incomplete'

/** In the order of their numbers, and of preference. */
export const origins: readonly Origin[] = ['igp', 'egp', 'incomplete']

export const origin: AttributeCodec<Origin> = {
  code: 1,
  name: 'ORIGIN',
  flags: wellKnown,
  malformed: 'treat-as-withdraw',
  decode: (value) =>
    value.length === 1
      ? (origins[value[0]!] ?? new Malformed(`is ${value[0]}, and 0, 1 and 2 are known`, UpdateError.invalidOrigin))
      : badLength(value, '1'),
  encode: (value) => Uint8Array.of(origins.indexOf(value)),
}
