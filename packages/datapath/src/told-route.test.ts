import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build } from '@skep/packet'
import { atEachHook, compareAndSwap, type Hook } from '../test/hook.ts'
import { backend, own } from '../test/lab.ts'
import { datagram, families, type Family, ip, leg } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'

const TOLD_ROUTE = {
  xdp: fileURLToPath(new URL('../test-objects/told_route.bpf.o', import.meta.url)),
  tc: fileURLToPath(new URL('../test-objects/told_route_tc.bpf.o', import.meta.url)),
}
/** The lookup answers the source port less this. */
const TOLD_SUCCESS = 40000
const EINVAL = 22

/** The values of BPF_FIB_LKUP_RET_ in linux/bpf.h; below 0 is an error. */
const drops = [
  ['blackhole', 1, 'DROP_BLACKHOLE'],
  ['unreachable', 2, 'DROP_UNREACHABLE'],
  ['prohibit', 3, 'DROP_PROHIBIT'],
  ['not forwarded', 4, 'DROP_NOT_FORWARDED'],
  ['forwarding disabled', 5, 'DROP_FORWARDING_DISABLED'],
  ['no source address, which nobody asked for', 9, 'DROP_ROUTE_ERROR'],
  ['an answer of a later kernel', 100, 'DROP_ROUTE_ERROR'],
  ['an error', -EINVAL, 'DROP_ROUTE_ERROR'],
] as const

const leaves = [
  ['success', 0, 'TX', 'TX_TO_BACKEND'],
  ['a tunnel', 6, 'PASS', 'STACK_ENCAPSULATES'],
  ['no neighbour', 7, 'PASS', 'STACK_NO_NEIGHBOUR'],
] as const

const FRAG_NEEDED = 8

atEachHook('what the route lookup answers', answers, 'test runs', compareAndSwap)

function answers(hook: Hook): void {
  describe.each(families)('%s', (family) => {
    let at: Stage
    beforeAll(() => void (at = stage({ hook, object: TOLD_ROUTE[hook] })))
    beforeEach(() => at.reset())
    afterAll(() => at[Symbol.dispose]())

    test.each(drops)('%s (%d): %s, and the packet is as it was', (_, answer, verdict) => {
      const sent = asking(family, answer)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict, packet: sent })
    })

    test.each(leaves)('%s (%d): translated, %s, %s', (_, answer, action, verdict) => {
      const found = at.run(asking(family, answer))
      expect(found).toMatchObject({ action, verdict })
      expect(addresses(family, found.packet)).toEqual(addresses(family, translated(family, answer)))
    })

    test('larger than the MTU: its sender is told', () => {
      const found = at.run(asking(family, FRAG_NEEDED, 1400))
      expect(found).toMatchObject({ action: 'TX', verdict: 'REPLY_TOO_BIG' })
    })

    test('larger than the MTU, but too short to be quoted: dropped', () => {
      const sent = asking(family, FRAG_NEEDED)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_TOO_BIG', packet: sent })
    })
  })
}

/** A packet from a client that makes the lookup answer that. */
function asking(family: Family, answer: number, payload = 0): Uint8Array {
  const header = ip(family, leg.clientToVip)
  const unfragmented = family === 'v4' ? { ...header, dontFragment: true } : header
  return build(leg.clientToVip.ethernet, unfragmented, datagram(TOLD_SUCCESS + answer, 80), new Uint8Array(payload))
}

function translated(family: Family, answer: number): Uint8Array {
  const header = ip(family, { ...leg.clientToVip, source: own, destination: backend })
  return build(leg.clientToVip.ethernet, header, datagram(TOLD_SUCCESS + answer, 8080))
}

/** The bytes of addresses and ports. */
function addresses(family: Family, bytes: Uint8Array): Uint8Array {
  return family === 'v4' ? bytes.subarray(14 + 12, 14 + 24) : bytes.subarray(14 + 8, 14 + 44)
}
