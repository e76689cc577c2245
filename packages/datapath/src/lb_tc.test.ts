import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { build, ipv4, ipv6 } from '@skep/packet'
import { skbContext } from 'libbpf-ts'
import { client, vip } from '../test/lab.ts'
import { families, type Family, leg, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { Verdict } from './lb_xdp.gen.ts'

const SEGMENT = 1400
/** A test run takes a page at most. */
const SEGMENTS = 2
const headers = { v4: 54, v6: 74 } as const

needing(needs.root, needs.bpf).describe('a packet that stands for many, at tc', () => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook: 'tc' })))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.reset())

  describe.each(families)('%s', (family) => {
    test('is sent on as one, and counted as what will be on the wire', () => {
      const before = { verdict: counter(Verdict.VERDICT_REDIRECT_TO_BACKEND), member: member(family) }
      expect(run(family, SEGMENT).returnValue).toBe(REDIRECT)
      const bytes = SEGMENTS * (headers[family] + SEGMENT)
      const after = { verdict: counter(Verdict.VERDICT_REDIRECT_TO_BACKEND), member: member(family) }
      for (const which of ['verdict', 'member'] as const)
        expect([after[which].packets - before[which].packets, after[which].bytes - before[which].bytes]).toEqual([
          BigInt(SEGMENTS),
          BigInt(bytes),
        ])
    })

    test('is too big only if what it stands for is', () => {
      const fits = 1514 - headers[family]
      const told = (): bigint => counter(Verdict.VERDICT_REPLY_TOO_BIG).packets
      const before = told()
      run(family, fits)
      expect(told()).toBe(before)
      run(family, fits + 1)
      expect(told()).toBe(before + BigInt(SEGMENTS))
    })
  })

  const REDIRECT = 7

  function counter(verdict: number): { packets: bigint; bytes: bigint } {
    return at.lb.counters()[verdict]!
  }

  function member(family: Family): { packets: bigint; bytes: bigint } {
    return at.lb.memberCounter(family === 'v4' ? 0 : 2)
  }

  function run(family: Family, gsoSize: number): { returnValue: number } {
    const data = build(
      leg.clientToVip.ethernet,
      family === 'v4'
        ? ipv4({ src: client.v4, dst: vip.v4, dontFragment: true })
        : ipv6({ src: client.v6, dst: vip.v6 }),
      segment(40000, 80, 'ack'),
      new Uint8Array(gsoSize * SEGMENTS),
    )
    const context = skbContext({ ifindex: at.net.front, gsoSize, gsoSegments: SEGMENTS })
    return at.net.ns.run(() => at.lb.program.testRun({ data, context }))
  }
})
