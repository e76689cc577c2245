import type { NextHop } from './types.ts'

/** What tells next hops apart: an address may be on several links. */
export function hopKey({ index, address }: NextHop): string {
  return `${index} ${address}`
}
