import { formatAddress } from '@skep/packet'

const AF_INET = 2
const AF_INET6 = 10

/** An address as the tables hold it, four words in host order, IPv4 in the first. */
export function formatWords(words: readonly number[], family: number): string {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word)
  return formatAddress(family === AF_INET ? bytes.slice(0, 4) : bytes)
}

/** An own address has no family in the tables: only IPv4 leaves three words empty. */
export function sourceFamily([, ...rest]: readonly number[]): number {
  return rest.every((word) => word === 0) ? AF_INET : AF_INET6
}
