import { suggest } from '@skep/config-file'
import { verdictsByIndex, type VerdictName } from '@skep/datapath'
import { tryParseAddress, tryParseCidr } from '@skep/packet'
import type { Filter, Frontend, Term } from './filter.ts'
import { Words } from './words.ts'

/** The services that a filter may name. */
export type Services = ReadonlyMap<string, readonly Frontend[]>

type Side = Term['side']
type Reader = (words: Words, services: Services, side: Side) => readonly Term[]

const protocols = { tcp: 6, udp: 17, icmp: 1, icmp6: 58 } as const
const protocolOf = { TCP: protocols.tcp, UDP: protocols.udp } as const
const verdicts = verdictsByIndex.filter((verdict) => verdict !== undefined)
const names = verdicts.map(({ name }) => name)

/** What may follow `src` and `dst`. */
const sided: Readonly<Record<string, Reader>> = {
  host: (words, _services, side) => [hostTerm(words, side)],
  net: (words, _services, side) => [netTerm(words, side)],
  port: (words, _services, side) => [{ port: port(words, words.take('a port')), side }],
}

const plain: Readonly<Record<string, Reader>> = {
  ...sided,
  ...Object.fromEntries(Object.entries(protocols).map(([name, protocol]) => [name, always({ protocol })])),
  ip: always({ family: 4 }),
  ip6: always({ family: 6 }),
  service: serviceTerms,
  backend: (words) => [backendTerm(words)],
}

const keywords = [...Object.keys(plain), 'src', 'dst', 'verdict', 'dropped']

/**
 * Reads a filter: parts that are joined by `and`, each one of `[src|dst] host A`, `[src|dst] net P`, `[src|dst] port N`,
 * `tcp`, `udp`, `icmp`, `icmp6`, `ip`, `ip6`, `service NAME`, `backend A[:PORT]`, `verdict NAME[,NAME…]`, `dropped`. An
 * empty one wants every packet. Throws `FilterError`.
 */
export function parseFilter(text: string, services: Services): Filter {
  const words = new Words(text)
  const groups: (readonly Term[])[] = []
  let wanted: ReadonlySet<VerdictName> | undefined
  while (!words.done) {
    const part = readPart(words, services)
    if (part instanceof Set) wanted = wanted === undefined ? part : wanted.intersection(part)
    else groups.push(part)
    if (words.done) break
    if (words.take('and') !== 'and') throw words.refusal('parts are joined by "and"; write one here')
    if (words.done) words.take('another part')
  }
  return { groups, verdicts: wanted }
}

function readPart(words: Words, services: Services): readonly Term[] | Set<VerdictName> {
  const word = words.take('a part')
  if (word === 'dropped') return new Set(verdicts.filter(({ action }) => action === 'DROP').map(({ name }) => name))
  if (word === 'verdict') return verdictSet(words)
  if (word === 'src' || word === 'dst') return sidedPart(words, services, word === 'src' ? 'source' : 'destination')
  const reader = Object.hasOwn(plain, word) ? plain[word] : undefined
  if (reader === undefined) throw words.refusal(`${JSON.stringify(word)} is not known; ${suggest(word, keywords)}`)
  return reader(words, services, 'either')
}

/** As with tcpdump, `src 10.0.0.1` is `src host 10.0.0.1`. */
function sidedPart(words: Words, services: Services, side: Side): readonly Term[] {
  const next = words.peek()
  if (next !== undefined && tryParseAddress(next) !== undefined) return [hostTerm(words, side)]
  const word = words.take('host, net or port')
  const reader = Object.hasOwn(sided, word) ? sided[word] : undefined
  if (reader === undefined) throw words.refusal(`${JSON.stringify(word)} is neither host, net or port nor an address`)
  return reader(words, services, side)
}

function always(term: Omit<Term, 'side'>): Reader {
  return () => [{ ...term, side: 'either' }]
}

function hostTerm(words: Words, side: Side): Term {
  return { ...address(words, words.take('an address')), side }
}

function netTerm(words: Words, side: Side): Term {
  const text = words.take('a prefix')
  const cidr = tryParseCidr(text)
  if (cidr === undefined) throw words.refusal(`${JSON.stringify(text)} is not a prefix; write one like 10.0.0.0/8`)
  const { family, bytes } = cidr.address
  return { address: { bytes, prefix: cidr.prefix }, family, side }
}

function backendTerm(words: Words): Term {
  const text = words.take('a backend')
  const [, host = text, number] = /^\[([^\]]+)\]:(\w+)$/.exec(text) ?? /^([^:]+):(\w+)$/.exec(text) ?? []
  const found = address(words, host)
  return number === undefined ? { ...found, side: 'either' } : { ...found, port: port(words, number), side: 'either' }
}

function serviceTerms(words: Words, services: Services): readonly Term[] {
  const name = words.take('the name of a service')
  const frontends = services.get(name)
  if (frontends === undefined) {
    const hint = services.size === 0 ? 'there is none' : suggest(name, [...services.keys()])
    throw words.refusal(`there is no service ${JSON.stringify(name)}; ${hint}`)
  }
  return frontends.map((frontend): Term => {
    const own = {
      ...address(words, frontend.address),
      protocol: protocolOf[frontend.protocol],
      side: 'either',
    } as const
    return frontend.port === 0 ? own : { ...own, port: frontend.port }
  })
}

function verdictSet(words: Words): Set<VerdictName> {
  const list = words.take('a verdict').split(',')
  return new Set(
    list.map((text) => {
      const found = names.find((name) => name === text.toUpperCase())
      if (found === undefined) throw words.refusal(`${JSON.stringify(text)} is no verdict; ${suggest(text, names)}`)
      return found
    }),
  )
}

function address(words: Words, text: string): Required<Pick<Term, 'address' | 'family'>> {
  const found = tryParseAddress(text)
  if (found === undefined) throw words.refusal(`${JSON.stringify(text)} is not an address; write one like 10.0.0.1`)
  return { address: { bytes: found.bytes, prefix: 8 * found.bytes.length }, family: found.family }
}

function port(words: Words, text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 65535)
    throw words.refusal(`${JSON.stringify(text)} is not a port; write a whole number from 1 to 65535`)
  return number
}
