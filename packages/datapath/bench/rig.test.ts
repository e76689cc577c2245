import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { Balancer } from '../test/balancer.ts'
import { type Lab, lab } from '../test/lab.ts'
import { prepareRoutes } from './backends.ts'
import { Interrupted, Rig, undisturbed } from './rig.ts'
import { type Row, sample } from './row.ts'
import { balancer, expectVerdict } from './snat.ts'
import { frameLength, fromClients } from './traffic.ts'
import { eachOnce } from './warm.ts'

needing(needs.root, needs.bpf).describe('the benchmark’s rig', () => {
  const TX = 3
  const REDIRECT = 4
  const FLOWS = 1 << 10
  const load = fromClients('v4', 'ack', FLOWS)

  let net: Lab
  let rig: Rig
  let lb: Balancer
  beforeAll(() => {
    net = lab()
    prepareRoutes(net)
    rig = net.ns.run(() => new Rig(FLOWS, net.front))
    lb = balancer('v4', { natLines: FLOWS })
    net.ns.run(() => [net.front, net.back].forEach((device) => lb.sendBy(device)))
  })
  beforeEach(() => lb.nat.forget())
  afterAll(() => {
    lb[Symbol.dispose]()
    rig[Symbol.dispose]()
    net[Symbol.dispose]()
  })

  test('takes off what a program puts in front, so that each run sees the packet as it was', () => {
    rig.prepare(load)
    const run = undisturbed(() => rig.wrapped('shrink4', rig.program('encapsulate'), load, 1000))
    expect([run.action, run.length]).toEqual([TX, frameLength.v4 + 20])
  })

  test('sends each flow once before any twice', () => {
    net.ns.run(() => eachOnce(rig, row()))
    expect(lb.nat.connections().size).toBe(FLOWS)
  })

  test('a sample is void when packets come to another verdict', () => {
    const wrong = { ...row(), counted: (n: number, run: () => void) => expectVerdict(lb, 'TX_TO_CLIENT', n, run) }
    expect(() => net.ns.run(() => sample(rig, wrong, 0))).toThrow(`${FLOWS} REDIRECT_TO_BACKEND`)
  })

  test('a sample is void when packets end in another action', () => {
    const wrong = { ...row(), action: TX }
    expect(() => net.ns.run(() => sample(rig, wrong, 0))).toThrow(`action ${REDIRECT}`)
  })

  test('a sample that was interrupted is taken again', () => {
    let attempts = 0
    const last = undisturbed(() => {
      if (++attempts < 3) throw new Interrupted('run')
      return attempts
    })
    expect(last).toBe(3)
  })

  const row = (): Row => ({
    name: 'row',
    program: lb.program,
    wrapper: 'restore4',
    load,
    packets: FLOWS,
    action: REDIRECT,
    counted: (packets, run) => expectVerdict(lb, 'REDIRECT_TO_BACKEND', packets, run),
  })
})
