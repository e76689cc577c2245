import type { Frontend, Sample } from './gen.gen.ts'

/** A `struct frontend` with a value in every field. */
export const frontend: Frontend = { address: [0x0a000001, 2, 3, 0xfffffffe], port: 443, protocol: 6 }

/** A `struct sample` with a different value in every field. */
export const sample: Sample = {
  byte: 0xfe,
  small: -2,
  tiny: -3,
  whole: -100_000,
  big: 0xfedcba9876543210n,
  negative: -5n,
  be16: 0x1234,
  be64: 0x0102030405060708n,
  le32: 0x11223344,
  flag: true,
  letter: 0x61,
  outcome: 1,
  frontend,
  limits: [
    { burst: 7, weights: [1, 2, 3], strict: true },
    { burst: 8, weights: [4, 5, 6], strict: false },
  ],
  matrix: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  words: Array.from({ length: 20 }, (_, index) => BigInt(index) << 40n),
  name: 'skep',
  mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  innerValue: 0xcafe,
  range: { low: 1024, high: 65535 },
  either: Uint8Array.of(9, 8, 7, 6),
}
