import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { deviceOfRuns } from '../test/hook.ts'
import { hashKeys } from '../test/plain-config.ts'
import { hashFlow, hashNat, tagOf } from '../test/hash.ts'
import { client, vip } from '../test/lab.ts'
import { families, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'

const FLOW_RACE = fileURLToPath(new URL('../test-objects/flow_race.bpf.o', import.meta.url))
const BUSY = 1n << 63n
const TCP = 6
/** One line: each of its words is a place of every key. */
const natLines = 1
const [FIRST, SECOND] = [0, 1]

needing(needs.root, needs.bpf, deviceOfRuns).describe('an opening that is contended', () => {
  describe.each(families)('%s: another CPU opens the same connection', (family) => {
    const sent = packet(family, leg.clientToVip, segment(40000, 80, 'syn'))
    const dropped = { action: 'DROP', verdict: 'DROP_NAT_CONTENDED', packet: sent }

    test('and claims it just after this one: this one gives way', () => {
      using at = stage({ natLines, object: FLOW_RACE })
      expect(at.run(sent)).toEqual(dropped)
      expect(words(at)).toEqual([0n, claimedBy(SECOND), 0n, 0n, 0n, 0n, 0n, 0n])
      expect(at.lb.nat.replyWords()).toEqual([])
    })

    test('and has claimed it already: this one touches nothing', () => {
      using at = stage({ natLines })
      write(at, claimedBy(FIRST))
      expect(at.run(sent)).toEqual(dropped)
      expect(words(at)).toEqual([claimedBy(FIRST), 0n, 0n, 0n, 0n, 0n, 0n, 0n])
      expect(at.lb.nat.replyWords()).toEqual([])
    })

    test('and has given up: the packet sent again opens it', () => {
      using at = stage({ natLines })
      write(at, claimedBy(FIRST))
      at.run(sent)
      write(at, 0n)
      expect(at.run(sent).verdict).toBe('REDIRECT_TO_BACKEND')
      expect(at.lb.nat.connections().size).toBe(1)
    })

    function claimedBy(entry: number): bigint {
      const flow = hashFlow(hashKeys.hashKey1, TCP, client[family], 40000, 80)
      return BUSY | (BigInt(entry) << 32n) | BigInt(tagOf(hashNat(flow, vip[family])))
    }
  })
})

function words(at: Stage): readonly bigint[] {
  return at.lb.lb.maps.natFlows.get(0)!.words
}

/** The first word; the others are free. */
function write(at: Stage, word: bigint): void {
  at.lb.lb.maps.natFlows.set(0, { words: [word, 0n, 0n, 0n, 0n, 0n, 0n, 0n] })
}
