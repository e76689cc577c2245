/* A speaker for the benchmark: does what it reads, a word a line: `announce 1000000`, `withdraw`. */
import { createInterface } from 'node:readline'
import { addressFromBytes } from '@skep/packet'
import { Speaker } from '../src/index.ts'
import { prefixOf, SETS } from './prefixes.ts'

const speaker = new Speaker({
  asn: 65001,
  routerId: '10.0.0.1',
  listen: { addresses: ['10.0.0.1'] },
  peers: [{ name: 'peer', address: '10.0.0.254', asn: 65000, passive: true }],
})
speaker.start()
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, count] = line.split(' ')
  if (verb === 'withdraw') speaker.rib.withdraw({ owner: 'bench' })
  else announce(Number(count))
}
process.exit()

function announce(count: number): void {
  for (let set = 0; set < SETS; set++)
    speaker.rib.announce({
      owner: 'bench',
      reason: 'bench',
      prefixes: own(set, count),
      attributes: { communities: [65001 * 65536 + set] },
    })
}

function* own(set: number, count: number): Generator<{ address: ReturnType<typeof addressFromBytes>; prefix: number }> {
  for (let i = set; i < count; i += SETS) yield { address: addressFromBytes(prefixOf(i)), prefix: 24 }
}
