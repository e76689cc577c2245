import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ArrayMap, type LoadedObject, openObject } from 'libbpf-ts'
import { lbConfigCodec, natEntryCodec, natLineCodec, NatState, sourceCodec } from './lb_xdp.gen.ts'
import { deviceOfRuns } from '../test/hook.ts'
import { hashKeys } from '../test/plain-config.ts'
import { hashFlow, hashNat, tagOf } from '../test/hash.ts'
import { backend, client, own } from '../test/lab.ts'
import { AF_INET, toWords } from '../test/words.ts'

const OBJECT = fileURLToPath(new URL('../test-objects/reply_race.bpf.o', import.meta.url))
const XDP_DROP = 1
const TCP = 6
const NOW = 5_000_000
const [OLD, NEW] = [0, 1]

needing(needs.root, needs.bpf, deviceOfRuns).describe(
  'a reply’s word whose connection comes back while it is taken',
  () => {
    test('goes back: nobody else gets the port', () => {
      const hash = hashNat(hashFlow(hashKeys.hashKey1, TCP, backend.v4, 8080, 40000), own.v4)
      using race = load(hash)
      const word = (BigInt(OLD) << 32n) | BigInt(tagOf(hash))
      const replies = new ArrayMap(race.handle('nat_replies'), { value: natLineCodec })
      replies.set(0, { words: [word, 0n, 0n, 0n, 0n, 0n, 0n, 0n] })
      const entries = new ArrayMap(race.handle('nat_entries'), { value: natEntryCodec })
      entries.set(OLD, abandoned)
      new ArrayMap(race.handle('sources'), { value: sourceCodec }).set(0, { address: toWords(own.v4) })

      const { returnValue } = race.program('reply_race').testRun({ data: new Uint8Array(64) })

      expect(returnValue).toBe(XDP_DROP)
      expect(replies.get(0)?.words).toEqual([word, 0n, 0n, 0n, 0n, 0n, 0n, 0n])
    })

    const abandoned = {
      client: toWords(client.v4),
      backend: toWords(backend.v4),
      clientPort: 40000,
      backendPort: 8080,
      natPort: 40000,
      protocol: TCP,
      state: NatState.NAT_OPENING,
      service: 0,
      member: 0,
      source: 0,
      lastSeen: NOW - 1_000_000,
      family: AF_INET,
      clientSeen: 0,
      memberSeen: 0,
      era: 0,
      generation: 0,
      hop: 0,
    }

    function load(hash: bigint): LoadedObject {
      const spec = openObject(OBJECT)
      spec.setVariable('config', encodedConfig())
      spec.setVariable('race', raceBytes(hash))
      return spec.load()
    }

    /** One line of each table, a timeout of 1000. */
    function encodedConfig(): Uint8Array {
      const value = new Uint8Array(lbConfigCodec.size)
      const zeros = lbConfigCodec.read(new DataView(value.buffer), 0)
      const config = { ...zeros, ...hashKeys, jiffiesPerSecond: 100, timeoutOpening: 1000 }
      lbConfigCodec.write(new DataView(value.buffer), 0, config)
      return value
    }

    /** struct race: hash, time, the entry that wants the port, the entry that comes back. */
    function raceBytes(hash: bigint): Uint8Array {
      const value = new DataView(new ArrayBuffer(24))
      value.setBigUint64(0, hash, true)
      value.setBigUint64(8, BigInt(NOW), true)
      value.setUint32(16, NEW, true)
      value.setUint32(20, OLD, true)
      return new Uint8Array(value.buffer)
    }
  },
)
