import { expect } from '@jest/globals'
import { goldenTable } from '@skep/testbed'
import { verdicts } from '../src/verdicts.gen.ts'
import { Balancer } from './balancer.ts'
import type { BalancerOptions, Outcome } from './balancer-options.ts'
import type { VerdictName } from './counted.ts'
import { backend, type Lab, lab, own, vip } from './lab.ts'
import { families } from './packets.ts'

/** A balancer in a lab, with one service per family and protocol on port 80, each with one backend on port 8080. */
export interface Stage extends Disposable {
  readonly net: Lab
  readonly lb: Balancer
  /** As if the packet came in by the device that clients are behind, or by the one given. */
  run(packet: Uint8Array, ingress?: number): Outcome
  /** As it was at first. */
  reset(): void
}

export function stage(options: BalancerOptions = {}): Stage {
  using undo = new DisposableStack()
  const net = undo.use(lab())
  const lb = undo.use(new Balancer(options))
  net.ns.run(() => [net.front, net.back].forEach((device) => lb.sendBy(device)))
  addServices(lb)
  const end = undo.move()
  return {
    net,
    lb,
    run: (packet, ingress = net.front) => net.ns.run(() => lb.run(packet, ingress)),
    reset: () => {
      lb.clear()
      addServices(lb)
    },
    [Symbol.dispose]: () => end.dispose(),
  }
}

function addServices(lb: Balancer): void {
  for (const family of families)
    for (const protocol of ['tcp', 'udp'] as const)
      lb.addService({
        address: vip[family],
        port: 80,
        protocol,
        members: [{ address: backend[family], port: 8080 }],
        source: own[family],
      })
}

/** A golden packet and the verdict that it must be counted under, which fixes the action too. */
export interface VerdictRow {
  readonly name: string
  readonly packet: Uint8Array | (() => Uint8Array)
  readonly verdict: VerdictName
  /** Left out: unchanged. */
  readonly becomes?: Uint8Array
  readonly from?: 'front' | 'back'
  readonly before?: () => void
}

/** A test for each row. */
export function verdictTable(at: () => Stage, rows: readonly VerdictRow[]): void {
  for (const { name, packet, verdict, becomes = 'unchanged', from = 'front', before } of rows) {
    let outcome: Outcome | undefined
    const program = {
      testRun({ data }: { data: Uint8Array }) {
        outcome = at().run(data, at().net[from])
        return { returnValue: actionNumbers[outcome.action]!, data: outcome.packet }
      },
    }
    goldenTable(program, [
      {
        name,
        packet,
        expect: { action: verdicts[verdict].action, packet: becomes },
        ...(before ? { before } : {}),
        after: () => expect(outcome?.verdict).toBe(verdict),
      },
    ])
  }
}

const actionNumbers: Readonly<Record<string, number>> = { ABORTED: 0, DROP: 1, PASS: 2, TX: 3, REDIRECT: 4 }
