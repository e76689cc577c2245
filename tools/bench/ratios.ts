import type { BenchCase } from './bench.ts'

const PEER = 'katran'
/** The peer does not know these states of a flow; to it they are the others. */
const aliases: Readonly<Record<string, string>> = { 'tcp-moving': 'tcp-established' }

/** The peer's case for one of ours: the same name under the peer's, `katran/v4/udp/1K` for `snat/v4/udp/1K`. */
export function peerOf(name: string): string {
  const [, ...what] = name.split('/')
  return [PEER, ...what.map((part) => aliases[part] ?? part)].join('/')
}

/** Own cost by name, divided by the peer's. Empty when the peer was not measured. */
export function ratios(cases: readonly BenchCase[]): Record<string, number> {
  const own = new Map(cases.flatMap(({ name, ownNs }) => (typeof ownNs === 'number' ? [[name, ownNs] as const] : [])))
  const compared = [...own].flatMap(([name, ours]) => {
    const theirs = own.get(peerOf(name))
    return name.startsWith(`${PEER}/`) || theirs === undefined ? [] : [[name, round(ours / theirs)] as const]
  })
  return Object.fromEntries(compared)
}

function round(ratio: number): number {
  return Math.round(ratio * 1000) / 1000
}
