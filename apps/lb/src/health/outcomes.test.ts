import { describe, expect, test } from '@jest/globals'
import { type LbConfig, lbConfigCodec, natEntryCodec, type NatEntry, NatSeen, NatState } from '@skep/datapath/lb-xdp'
import { endConnection, isOpen } from './end-connections.ts'
import type { NatMaps } from '@skep/lb-engine'
import { Nat } from './nat.ts'
import { Outcomes } from './outcomes.ts'

const TCP = 6
const ENTRIES = 16
const blank = natEntryCodec.read(new DataView(new ArrayBuffer(64)), 0)
const opening: Partial<NatEntry> = { protocol: TCP, state: NatState.NAT_OPENING, member: 7, generation: 3 }
const answered = { ...opening, state: NatState.NAT_ESTABLISHED, memberSeen: NatSeen.NAT_SEEN_ANSWER }
const refused = { ...opening, state: NatState.NAT_CLOSED, memberSeen: NatSeen.NAT_SEEN_RST }

/** At 100 jiffies a second, with the times that `run` sets. */
const config: LbConfig = {
  ...lbConfigCodec.read(new DataView(new ArrayBuffer(lbConfigCodec.size)), 0),
  jiffiesPerSecond: 100,
  timeoutOpening: 6000,
  timeoutEstablished: 600_000,
  timeoutClosed: 1000,
}

/** A table as the datapath writes it. */
class Table implements Disposable {
  readonly flows = new ArrayBuffer(8 * ENTRIES)
  readonly bytes = new ArrayBuffer(64 * ENTRIES)
  readonly nat: Nat
  readonly outcomes: Outcomes
  now = 0
  jiffies = 1000n

  constructor() {
    const mapped = (buffer: ArrayBuffer) =>
      ({ mmap: () => ({ buffer, elementSize: 64, close: () => {}, [Symbol.dispose]: () => {} }) }) as never
    const maps: NatMaps = { natFlows: mapped(this.flows), natEntries: mapped(this.bytes) }
    this.nat = new Nat(maps, config, () => this.jiffies)
    this.outcomes = new Outcomes(this.nat)
  }

  put(index: number, entry: Partial<NatEntry>, { busy = false } = {}): void {
    new BigUint64Array(this.flows)[index] = (BigInt(index) << 32n) | 0xabcn | (busy ? 1n << 63n : 0n)
    natEntryCodec.write(new DataView(this.bytes), 64 * index, { ...blank, ...entry })
  }

  read(index: number): NatEntry {
    return natEntryCodec.read(new DataView(this.bytes), 64 * index)
  }

  /** What a look a second later tells, as `member outcome`. */
  look(): string[] {
    const told: string[] = []
    this.outcomes.look(this.nat, {
      now: (this.now += 1000),
      answerMs: (member) => (member === 7 ? 2000 : undefined),
      tell: (member, outcome) => void told.push(`${member} ${outcome}`),
    })
    return told
  }

  [Symbol.dispose](): void {
    this.nat[Symbol.dispose]()
  }
}

describe('outcomes of connections', () => {
  test('each is told once, what was there before anybody looked never', () => {
    using table = new Table()
    table.put(0, refused)
    expect(table.look()).toEqual([])
    table.put(1, { ...answered, clientPort: 1 })
    table.put(2, { ...refused, clientPort: 2 })
    expect(table.look()).toEqual(['7 answered', '7 refused'])
    expect(table.look()).toEqual([])
  })

  test('silence is an outcome after its time, and an answer within it is one at once', () => {
    using table = new Table()
    table.look()
    table.put(1, { ...opening, clientPort: 1 })
    table.put(2, { ...opening, clientPort: 2 })
    expect([table.look(), table.look()]).toEqual([[], []])
    table.put(2, { ...answered, clientPort: 2 })
    expect(table.look()).toEqual(['7 unanswered', '7 answered'])
    expect(table.look()).toEqual([])
  })

  test('the same client port again is another connection', () => {
    using table = new Table()
    table.look()
    table.put(1, { ...refused, lastSeen: 100 })
    expect(table.look()).toEqual(['7 refused'])
    table.put(1, { ...refused, lastSeen: 300 })
    expect(table.look()).toEqual(['7 refused'])
    table.put(1, answered)
    expect(table.look()).toEqual(['7 answered'])
    table.put(1, { ...answered, state: NatState.NAT_TIME_WAIT, lastSeen: 400 })
    expect(table.look()).toEqual([])
  })

  test('datagrams, members of no interest and entries that are being written say nothing', () => {
    using table = new Table()
    table.look()
    table.put(1, { ...refused, protocol: 17 })
    table.put(2, { ...refused, member: 8 })
    table.put(3, refused, { busy: true })
    table.put(4, { ...refused, state: NatState.NAT_CLAIMED })
    expect(table.look()).toEqual([])
  })

  test('what its time is over for is no connection any more, and nothing of another era is one', () => {
    using table = new Table()
    table.look()
    table.jiffies = (9n << 31n) + 5000n
    const now = { lastSeen: Number(BigInt.asUintN(32, table.jiffies)), era: 9 }
    table.put(1, { ...refused, ...now, clientPort: 1, lastSeen: now.lastSeen - 1001 })
    table.put(2, { ...refused, ...now, clientPort: 2, era: 5 })
    table.put(3, { ...refused, ...now, clientPort: 3 })
    expect(table.look()).toEqual(['7 refused'])
  })

  test('a reset that follows a connection that was ended here is not the fault of its new member', () => {
    using table = new Table()
    table.look()
    table.put(1, { ...answered, clientPort: 9 })
    table.outcomes.pass(table.nat, 1)
    endConnection(table.nat, 1, 3)
    expect(table.look()).toEqual([])
    table.put(1, { ...refused, clientPort: 9 })
    expect(table.look()).toEqual([])
    table.put(1, { ...refused, clientPort: 10 })
    expect(table.look()).toEqual(['7 refused'])
  })
})

describe('ending a connection', () => {
  test('it matches its client no more, goes soon, and all else in its entry stays', () => {
    using table = new Table()
    const entry = {
      ...blank,
      ...answered,
      clientPort: 9,
      backendPort: 80,
      natPort: 30_000,
      lastSeen: 5,
      era: 2,
      family: 2,
    }
    table.put(1, entry)
    endConnection(table.nat, 1, 3)
    expect(table.read(1)).toEqual({
      ...entry,
      state: NatState.NAT_CLOSED,
      clientSeen: NatSeen.NAT_SEEN_RST,
      generation: 3 + 0x8000,
    })
  })

  test('doing it again changes nothing, whatever the generation', () => {
    using table = new Table()
    for (const generation of [0, 0x7fff, 0x8000, 0xffff]) {
      table.put(1, { ...answered, generation })
      endConnection(table.nat, 1, generation)
      const once = table.read(1)
      expect(once.generation).not.toBe(generation)
      endConnection(table.nat, 1, generation)
      expect(table.read(1)).toEqual(once)
    }
  })

  test('only what can still carry packets is there to end', () => {
    expect(Object.values(NatState).filter(isOpen)).toEqual([
      NatState.NAT_OPENING,
      NatState.NAT_ESTABLISHED,
      NatState.NAT_CLOSING,
    ])
  })
})
