/** A number below another, that looks like chance. */
export type Chance = (below: number) => number

/** Numbers that are the same each time for a seed (xorshift). */
export function chance(seed: number): Chance {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const interesting = [0, 1, 0x7f, 0x80, 0xff] as const

/** A few bytes changed, the end cut off; its length field mostly right again, so that more than the header is read. */
export function mutate(original: Uint8Array, random: Chance): Uint8Array {
  const bytes = original.slice(0, random(4) === 0 ? 19 + random(original.length - 18) : original.length)
  for (let i = random(4); i >= 0; i--) {
    const at = 18 + random(Math.max(1, bytes.length - 18))
    if (at < bytes.length) bytes[at] = random(2) === 0 ? interesting[random(interesting.length)]! : random(256)
  }
  if (random(8) !== 0) {
    bytes[16] = bytes.length >>> 8
    bytes[17] = bytes.length
  }
  return bytes
}
