import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { build, ipv4, ipv6 } from '@skep/packet'
import { atEachHook, type Hook, contextAt } from '../test/hook.ts'
import { backend, client, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { Verdict } from './lb_xdp.gen.ts'

/** Of each CPU, in a second and at once. */
const ANSWERS = 1000
const narrow = { v4: '10.9.4.1', v6: 'fd09:4::1' } as const

atEachHook('senders of packets that are too big', (hook) => {
  describe.each(families)('%s', (family) => {
    test('are told a thousand times on each CPU; the rest is dropped and counted, as it came', () => {
      using at = narrowed(hook, 4_000_000)
      const cpus = at.lb.lb.maps.verdictCounters.get(0)!.length
      const sent = (cpus + 1) * ANSWERS
      send(at, family, sent)
      const told = perCpu(at, Verdict.VERDICT_REPLY_TOO_BIG)
      const dropped = perCpu(at, Verdict.VERDICT_DROP_TOO_BIG)
      expect(told.map((answers, cpu) => Math.min(answers + dropped[cpu]!, ANSWERS))).toEqual(told)
      expect(total(told) + total(dropped)).toBe(sent)
      expect(total(dropped)).toBeGreaterThanOrEqual(ANSWERS)
    })

    test('what is dropped is as it came', () => {
      using at = narrowed(hook, 4_000_000)
      const cpus = at.lb.lb.maps.verdictCounters.get(0)!.length
      send(at, family, cpus * ANSWERS)
      let last = at.run(big(family))
      // The run may have moved to a CPU that had answers left.
      for (let runs = 0; last.verdict !== 'DROP_TOO_BIG' && runs < cpus * ANSWERS; runs++) last = at.run(big(family))
      const { action, verdict, packet } = last
      expect({ action, verdict, packet }).toEqual({ action: 'DROP', verdict: 'DROP_TOO_BIG', packet: big(family) })
    })

    test('are told again as time goes on', () => {
      using at = narrowed(hook, 20_000)
      while (!perCpu(at, Verdict.VERDICT_REPLY_TOO_BIG).some((answers) => answers > ANSWERS)) send(at, family, 100)
      expect(total(perCpu(at, Verdict.VERDICT_DROP_TOO_BIG))).toBeGreaterThan(0)
    })
  })
})

/** The backends are behind a narrow route. The more jiffies a second has, the longer one lasts. */
function narrowed(hook: Hook, jiffiesPerSecond: number): Stage {
  const at = stage({ hook, config: { jiffiesPerSecond } })
  at.net.ns.run(() => {
    for (const [family, mtu] of [
      ['v4', 1000],
      ['v6', 1280],
    ] as const) {
      const network = family === 'v4' ? '10.9.4.0/24' : 'fd09:4::/64'
      execFileSync('ip', ['route', 'add', network, 'via', backend[family], 'mtu', 'lock', String(mtu)])
    }
  })
  for (const [id, family] of [
    [1, 'v4'],
    [3, 'v6'],
  ] as const)
    at.lb.setMember(id, { address: narrow[family], port: 8080 }, id, at.lb.source(own[family]))
  return at
}

function big(family: Family): Uint8Array {
  const header =
    family === 'v4' ? ipv4({ src: client.v4, dst: vip.v4, dontFragment: true }) : ipv6({ src: client.v6, dst: vip.v6 })
  return build(leg.clientToVip.ethernet, header, datagram(40000, 80), new Uint8Array(1300))
}

function send({ lb, net }: Stage, family: Family, count: number): void {
  const data = big(family)
  const context = contextAt(lb.hook, data.length, net.front)
  net.ns.run(() => {
    for (let n = 0; n < count; n++) lb.program.testRun({ data, ...context })
  })
}

function perCpu({ lb }: Stage, verdict: number): number[] {
  return lb.lb.maps.verdictCounters.get(verdict)!.map(({ packets }) => Number(packets))
}

function total(cpus: readonly number[]): number {
  return cpus.reduce((a, b) => a + b)
}
