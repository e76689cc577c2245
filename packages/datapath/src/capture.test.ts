import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { build, ethernet, ipv4, ipv6, parseAddress, tcp, udp, vlan } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { ArrayMap, type LoadedObject, openObject, RingBufferMap, type RingBufferReader, u64 } from 'libbpf-ts'
import { readClock } from './clock.ts'
import {
  type CaptureFilter,
  captureFilterCodec,
  type CaptureRecord,
  captureRecordCodec,
  type CaptureTerm,
} from './lb_xdp_capture.gen.ts'
import { atEachHook, type Hook } from '../test/hook.ts'
import { AF_INET, AF_INET6, toWords } from '../test/words.ts'

const objectAt = (hook: Hook): string =>
  fileURLToPath(new URL(`../test-objects/capture${hook === 'tc' ? '_tc' : ''}.bpf.o`, import.meta.url))
const [TCP, UDP] = [6, 17]
const [SOURCE, DESTINATION, EITHER] = [1, 2, 3]
const ALL = 0xffffffffffffffffn
const FAR = 2n ** 62n
const none = { address: [0, 0, 0, 0], mask: [0, 0, 0, 0], port: 0, protocol: 0, family: 0, sides: EITHER, group: 0 }
const host = (text: string): Partial<CaptureTerm> => {
  const { family } = parseAddress(text)
  const mask = family === 4 ? [0xffffffff, 0, 0, 0] : Array.from({ length: 4 }, () => 0xffffffff)
  return { address: toWords(text), mask, family: family === 4 ? AF_INET : AF_INET6 }
}

/** The program's verdict, and whether it lets a packet leave (for 10.1.0.11), stand in the destination. */
const to = (verdict: number, leaves: boolean) => {
  const hex = verdict.toString(16).padStart(2, '0')
  return { src: '02:00:00:00:00:01', dst: `${hex}:${leaves ? '01' : '00'}:00:00:00:00` }
}
const l3 = ipv4({ src: '10.0.0.2', dst: '192.0.2.10' })
const l6 = ipv6({ src: '2001:db8::2', dst: '2001:db8::10' })
const l4 = tcp({ srcPort: 40000, dstPort: 80 })
const plain = build(ethernet(to(5, true)), l3, l4)

class Lab implements Disposable {
  readonly #object: LoadedObject
  readonly #reader: RingBufferReader

  constructor(hook: Hook) {
    this.#object = openObject(objectAt(hook)).load()
    this.#reader = new RingBufferMap(this.#object.handle('capture_ring')).reader()
  }

  filter(terms: readonly Partial<CaptureTerm>[] = [], more: Partial<CaptureFilter> = {}): void {
    const all = terms.map((term) => ({ ...none, ...term }))
    const groups = all.reduce((bits, { group }) => bits | (1 << group), 0) >>> 0
    const term = Array.from({ length: 32 }, (_, i) => all[i] ?? none)
    const limits = { deadline: FAR, verdicts: [ALL, ALL], sample: 1, snaplen: 2048 }
    const filters = new ArrayMap(this.#object.handle('capture_filters'), { value: captureFilterCodec })
    filters.set(0, { ...limits, groups, terms: all.length, term, ...more })
  }

  /** The records that a packet makes. */
  run(data: Uint8Array, repeat = 1): CaptureRecord[] {
    this.#object.program('capture').testRun({ data, repeat })
    return Array.from(this.#reader.drain() ?? [], (record) => {
      const whole = new Uint8Array(captureRecordCodec.size)
      whole.set(record)
      return captureRecordCodec.read(new DataView(whole.buffer), 0)
    })
  }

  get lost(): bigint | undefined {
    return new ArrayMap(this.#object.handle('capture_lost'), { value: u64 }).get(0)
  }

  [Symbol.dispose](): void {
    this.#reader.close()
    this.#object[Symbol.dispose]()
  }
}

const bytesOf = ({ bytes, captured }: CaptureRecord) => bytes.slice(0, captured)

atEachHook('a capture in the datapath', (hook) => {
  test('shows a packet as it arrives and as it leaves, under one number, with the verdict', () => {
    using lab = new Lab(hook)
    lab.filter()
    const before = readClock().nanoseconds
    const [arrived, left, ...more] = lab.run(plain)
    expect(more).toEqual([])
    expect(bytesOf(arrived!)).toEqual(plain)
    expect(bytesOf(left!).subarray(30, 34)).toEqual(Uint8Array.of(10, 1, 0, 11))
    expect([arrived!.departure, left!.departure]).toEqual([0, 1])
    expect([arrived!.verdict, left!.verdict, arrived!.length]).toEqual([5, 5, plain.length])
    expect([left!.packet, left!.time]).toEqual([arrived!.packet, arrived!.time])
    expect(arrived!.time).toBeGreaterThan(before)
    expect(lab.run(plain)[0]!.packet).not.toBe(arrived!.packet)
  })

  test('a dropped packet only arrives', () => {
    using lab = new Lab(hook)
    lab.filter()
    expect(lab.run(build(ethernet(to(7, false)), l3, l4)).map(({ departure }) => departure)).toEqual([0])
  })

  test.each([34, 35, 60, 61, 1514, 2048, 3000])('a frame of %i bytes is copied to its end, or to 2048', (length) => {
    using lab = new Lab(hook)
    lab.filter()
    const frame = Uint8Array.from({ length }, (_, i) => (i < 14 ? (plain[i] ?? 0) : i & 0xff))
    frame.set([0x88, 0xb5], 12)
    const [arrived] = lab.run(frame)
    expect([arrived!.length, arrived!.captured]).toEqual([length, Math.min(length, 2048)])
    expect(Buffer.compare(bytesOf(arrived!), frame.subarray(0, 2048))).toBe(0)
  })

  test('the snap length cuts what is copied, and the filter still sees all headers', () => {
    using lab = new Lab(hook)
    lab.filter([{ port: 80 }], { snaplen: 20 })
    const [arrived] = lab.run(plain)
    expect([arrived!.captured, arrived!.length]).toEqual([20, plain.length])
    expect(bytesOf(arrived!)).toEqual(plain.subarray(0, 20))
  })

  const frames = {
    v4: plain,
    v6: build(ethernet(to(5, true)), l6, udp({ srcPort: 40000, dstPort: 53 })),
    tagged: build(ethernet(to(5, true)), vlan({ id: 7 }), l3, l4),
    fragment: build(
      ethernet(to(5, true)),
      ipv4({ src: '10.0.0.2', dst: '192.0.2.10', fragmentOffset: 8, protocol: TCP }),
      new Uint8Array(24),
    ),
  }
  test.each<[string, keyof typeof frames, readonly Partial<CaptureTerm>[], boolean]>([
    ['a host that sends', 'v4', [host('10.0.0.2')], true],
    ['a host that only receives, asked for as sender', 'v4', [{ ...host('192.0.2.10'), sides: SOURCE }], false],
    ['another host', 'v4', [host('10.0.0.3')], false],
    ['a net', 'v4', [{ ...host('10.0.0.99'), mask: [0xffffff00, 0, 0, 0] }], true],
    ['whom it becomes for', 'v4', [host('10.1.0.11')], true],
    [
      'client and backend, one as it arrives, one as it leaves',
      'v4',
      [host('192.0.2.10'), { ...host('10.1.0.11'), group: 1 }],
      true,
    ],
    ['two hosts of which one is not there', 'v4', [host('10.0.0.2'), { ...host('10.9.9.9'), group: 1 }], false],
    ['one of two frontends', 'v4', [host('10.9.9.9'), host('192.0.2.10')], true],
    ['a destination port', 'v4', [{ port: 80, sides: DESTINATION }], true],
    ['that port as the source', 'v4', [{ port: 80, sides: SOURCE }], false],
    ['an address with the port of the other end', 'v4', [{ ...host('192.0.2.10'), port: 40000 }], false],
    ['a protocol', 'v4', [{ protocol: TCP }], true],
    ['another protocol', 'v4', [{ protocol: UDP }], false],
    ['a family', 'v4', [{ family: AF_INET6 }], false],
    ['IPv6', 'v6', [{ ...host('2001:db8::10'), port: 53, protocol: UDP, sides: DESTINATION }], true],
    ['another IPv6 host', 'v6', [host('2001:db8::11')], false],
    ['behind a VLAN tag', 'tagged', [{ ...host('192.0.2.10'), port: 80 }], true],
    ['a later fragment by its address', 'fragment', [host('192.0.2.10')], true],
    ['a later fragment by a port that it has not', 'fragment', [{ port: 80 }], false],
  ])('%s', (_what, frame, terms, wanted) => {
    using lab = new Lab(hook)
    lab.filter(terms)
    expect(lab.run(frames[frame]).length > 0).toBe(wanted)
  })

  test('only verdicts that are wanted', () => {
    using lab = new Lab(hook)
    lab.filter([], { verdicts: [1n << 9n, 1n] })
    const seen = [9, 5, 64, 65].filter((verdict) => lab.run(build(ethernet(to(verdict, false)), l3, l4)).length > 0)
    expect(seen).toEqual([9, 64])
  })

  test('nothing from the deadline on, nor with a filter that nobody set', () => {
    using lab = new Lab(hook)
    expect(lab.run(plain)).toEqual([])
    lab.filter([], { deadline: readClock().jiffies })
    expect(lab.run(plain)).toEqual([])
  })

  test('a sample of a hundredth is about that', () => {
    using lab = new Lab(hook)
    lab.filter([], { sample: 100 })
    const seen = Array.from({ length: 3000 }, () => lab.run(plain).length / 2).reduce((sum, one) => sum + one, 0)
    expect(seen).toBeGreaterThan(3)
    expect(seen).toBeLessThan(120)
  })

  test('what finds no room is counted, and the next look finds what had room', () => {
    using lab = new Lab(hook)
    lab.filter()
    const frame = new Uint8Array(2048)
    frame.set(plain.subarray(0, 14))
    const most = Math.ceil((4 << 20) / 2096)
    const seen = lab.run(frame, 2 * most).length
    expect(seen).toBeGreaterThan(0)
    expect(lab.lost).toBeGreaterThan(0n)
  })
})

needing(needs.root, needs.bpf).describe('a frame whose tag is beside it, at tc', () => {
  const tagged = { ...to(5, true), dst: '05:01:07:00:00:00' }
  const inFrame = build(ethernet(tagged), vlan({ id: 7 }), l3, l4)

  test.each([2048, 256, 20])('is shown with the tag in its place, of %i bytes', (snaplen) => {
    using lab = new Lab('tc')
    lab.filter([{ ...host('192.0.2.10'), port: 80 }], { snaplen })
    const [arrived, left] = lab.run(build(ethernet(tagged), l3, l4))
    expect([arrived!.length, arrived!.captured]).toEqual([inFrame.length, Math.min(inFrame.length, snaplen)])
    expect(bytesOf(arrived!)).toEqual(inFrame.subarray(0, snaplen))
    expect(left!.length).toBe(inFrame.length)
  })
})
