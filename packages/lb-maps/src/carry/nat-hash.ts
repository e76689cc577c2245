import { halves, type HashKey, Mixer } from '../hash.ts'
import { AF_INET, SERVICE, SERVICE_WORDS, SOURCE_CLIENT, SOURCE_WORDS } from '../layout.ts'
import { ENTRY } from './nat-tables.ts'

const DESTINATION = 0x9e3779b97f4a7c15n

/** What the datapath's hashes of a connection are made of, beside its entry: its service's address, and its own address. */
export interface NatFacts {
  readonly hashKey: HashKey
  readonly services: Uint32Array
  readonly sources: Uint32Array
}

/** A hash in unsigned halves: each half leads to a line, both together are the tag. */
export interface NatHash {
  readonly lo: number
  readonly hi: number
  readonly tag: number
}

/** The hashes of bpf/lib/hash.h for entries of the NAT table, `at` the entry's first word. */
export class NatHasher {
  readonly #facts: NatFacts
  readonly #seed: { lo: number; hi: number }
  readonly #mixer = new Mixer()
  readonly #destinations = new Map<string, { readonly lo: number; readonly hi: number }>()

  constructor(facts: NatFacts) {
    this.#facts = facts
    this.#seed = halves(facts.hashKey.key1)
  }

  /** As a client's packets are known. `undefined`: its service is gone, or is another one now. */
  flow(words: Uint32Array, at: number): NatHash | undefined {
    const service = words[at + ENTRY.service]! * SERVICE_WORDS
    const { services } = this.#facts
    if (service >= services.length) return undefined
    const tail = services[service + SERVICE.tail]!
    const family = words[at + ENTRY.seen]! & 0xff
    const generation = services[service + SERVICE.flags]! >>> 16
    if (tail >>> 24 !== family || generation !== (words[at + ENTRY.tail]! & 0xffff)) return undefined
    const ports = words[at + ENTRY.ports]!
    const port = tail & 0xffff || ports >>> 16
    const both = (ports & 0xffff) | (port << 16)
    return this.#hash(words, at, at + ENTRY.client, both, services, service + SERVICE.address)
  }

  /** As its backend's packets are known. */
  reply(words: Uint32Array, at: number): NatHash {
    const both = (words[at + ENTRY.ports]! >>> 16) | (words[at + ENTRY.state]! << 16)
    const source = words[at + ENTRY.tail]! >>> 16
    if (source === SOURCE_CLIENT) return this.#hash(words, at, at + ENTRY.backend, both, words, at + ENTRY.client)
    return this.#hash(words, at, at + ENTRY.backend, both, this.#facts.sources, source * SOURCE_WORDS)
  }

  #hash(
    words: Uint32Array,
    at: number,
    address: number,
    ports: number,
    destinations: Uint32Array,
    destination: number,
  ): NatHash {
    const protocol = (words[at + ENTRY.state]! >>> 16) & 0xff
    const mixer = this.#mixer.start(this.#seed.lo ^ protocol, this.#seed.hi)
    if ((words[at + ENTRY.seen]! & 0xff) === AF_INET) mixer.word(words[address]!, ports)
    else
      mixer
        .word(words[address]!, words[address + 1]!)
        .word(words[address + 2]!, words[address + 3]!)
        .word(ports, 0)
    const to = this.#destination(destinations, destination)
    const [lo, hi] = [(mixer.lo ^ to.lo) >>> 0, (mixer.hi ^ to.hi) >>> 0]
    return { lo, hi, tag: (lo ^ hi) >>> 0 || 1 }
  }

  /** Few, so remembered. */
  #destination(words: Uint32Array, at: number): { readonly lo: number; readonly hi: number } {
    const [a, b, c, d] = [words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0]
    const key = `${a ^ c} ${b ^ d}`
    const known = this.#destinations.get(key)
    if (known) return known
    const mixed = (BigInt((a ^ c) >>> 0) | (BigInt((b ^ d) >>> 0) << 32n)) * DESTINATION
    const found = halves(BigInt.asUintN(64, mixed))
    this.#destinations.set(key, found)
    return found
  }
}
