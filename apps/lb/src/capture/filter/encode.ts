import { verdictsByIndex } from '@skep/datapath'
import type { CaptureFilter, CaptureTerm } from '@skep/datapath/lb-xdp-capture'
import { LbError } from '@skep/lb-engine'
import type { Filter, Term } from './filter.ts'

/** What bounds a capture, beside the filter. */
export interface CaptureLimits {
  /** Bytes of a frame. */
  readonly snaplen: number
  /** One packet of so many. */
  readonly sample: number
  /** In jiffies: nothing is captured from then on. */
  readonly deadline: bigint
}

const MOST_TERMS = 32
const AF_INET = 2
const AF_INET6 = 10
const sides = { source: 1, destination: 2, either: 3 } as const
const noTerm: CaptureTerm = {
  address: [0, 0, 0, 0],
  mask: [0, 0, 0, 0],
  port: 0,
  protocol: 0,
  family: 0,
  sides: 0,
  group: 0,
}

/** A filter as the datapath reads it. Throws {@link LbError} for one that is too long. */
export function encodeFilter(
  { groups, verdicts }: Filter,
  { snaplen, sample, deadline }: CaptureLimits,
): CaptureFilter {
  const terms = groups.flatMap((group, i) => group.map((term) => encodeTerm(term, i)))
  if (terms.length > MOST_TERMS)
    throw new LbError(
      'INVALID_OPTION',
      `filter: it has ${terms.length} addresses, ports and protocols (each frontend of a service counts as one), and ${MOST_TERMS} are possible; leave some out`,
    )
  return {
    deadline,
    sample,
    snaplen,
    verdicts: verdictBits(verdicts),
    groups: 2 ** groups.length - 1,
    terms: terms.length,
    term: Array.from({ length: MOST_TERMS }, (_, i) => terms[i] ?? noTerm),
  }
}

function encodeTerm({ address, port = 0, protocol = 0, family, side }: Term, group: number): CaptureTerm {
  return {
    ...noTerm,
    ...(address ? { address: words(address.bytes), mask: maskWords(address.prefix) } : {}),
    port,
    protocol,
    family: family === undefined ? 0 : family === 4 ? AF_INET : AF_INET6,
    sides: sides[side],
    group,
  }
}

/** Four words in host order; an IPv4 address in the first. */
function words(bytes: Uint8Array): number[] {
  const all = new Uint8Array(16)
  all.set(bytes)
  const view = new DataView(all.buffer)
  return [0, 4, 8, 12].map((at) => view.getUint32(at))
}

function maskWords(prefix: number): number[] {
  const bits = (1n << 128n) - (1n << BigInt(128 - prefix))
  return [96n, 64n, 32n, 0n].map((shift) => Number((bits >> shift) & 0xffffffffn))
}

function verdictBits(wanted: Filter['verdicts']): bigint[] {
  const words = [0n, 0n]
  for (const [index, verdict] of verdictsByIndex.entries())
    if (verdict !== undefined && (wanted === undefined || wanted.has(verdict.name)))
      words[index >> 6] = (words[index >> 6] ?? 0n) | (1n << BigInt(index & 63))
  return words
}
