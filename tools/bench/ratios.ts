import type { BenchCase } from './bench.ts'

const PEER = 'katran'
const LRU_INSERT = 'lru-insert'
/** The peer does not know these states of a flow and ways out; to it they are the others. */
const aliases: Readonly<Record<string, string>> = {
  'tcp-moving': 'tcp-established',
  'tcp-moving-new': 'tcp-new',
  'tcp-redirected': 'tcp-established',
}

/** The peer's case for one of ours: the same name under the peer's, `katran/v4/udp/1K` for `snat/v4/udp/1K`. */
export function peerOf(name: string): string {
  const [, ...what] = name.split('/')
  return [PEER, ...what.map((part) => aliases[part] ?? part)].join('/')
}

/** Own cost by name, divided by the peer's. Empty when the peer was not measured. */
export function ratios(cases: readonly BenchCase[]): Record<string, number> {
  const own = ownCosts(cases)
  const compared = [...own].flatMap(([name, ours]) => {
    const theirs = own.get(peerOf(name))
    return name.startsWith(`${PEER}/`) || theirs === undefined ? [] : [[name, round(ours / theirs)] as const]
  })
  return Object.fromEntries(compared)
}

/** For cases about IPv6: own cost, divided by that of the same over IPv4. */
export function familyRatios(cases: readonly BenchCase[]): Record<string, number> {
  const own = ownCosts(cases)
  const compared = [...own].flatMap(([name, v6]) => {
    const v4 = own.get(name.replace('/v6/', '/v4/')) ?? own.get(name.replace('/v6/', '/'))
    return !name.includes('/v6/') || v4 === undefined ? [] : [[name, round(v6 / v4)] as const]
  })
  return Object.fromEntries(compared)
}

/** For cases in which each packet leaves a record: own cost, divided by that of a record in the kernel's LRU hash. */
export function recordRatios(cases: readonly BenchCase[], floors: readonly BenchCase[]): Record<string, number> {
  const insert = ownCosts(floors).get(LRU_INSERT)
  if (insert === undefined) return {}
  const recording = [...ownCosts(cases)].filter(([name]) => /-new\b|^snat\/.*\/tcp-syn$/.test(name))
  return Object.fromEntries(recording.map(([name, own]) => [name, round(own / insert)]))
}

function ownCosts(cases: readonly BenchCase[]): Map<string, number> {
  return new Map(cases.flatMap(({ name, ownNs }) => (typeof ownNs === 'number' ? [[name, ownNs] as const] : [])))
}

function round(ratio: number): number {
  return Math.round(ratio * 1000) / 1000
}
