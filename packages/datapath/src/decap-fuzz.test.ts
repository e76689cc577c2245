import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import {
  array,
  assert,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  readConfigureGlobal,
  record,
  tuple,
} from 'fast-check'
import { build, icmpv4, icmpv6 } from '@skep/packet'
import { Backend, type Hook } from '../test/backend.ts'
import {
  datagram,
  inbound,
  ip,
  leaving,
  marked,
  outer,
  prefixes,
  segment,
  server,
  toVip,
  vip,
  client,
} from '../test/backend-packets.ts'
import { families } from '../test/packets.ts'

const hooks: readonly Hook[] = ['decapXdp', 'decapIngress', 'decapEgress']
const syn = segment(40000, 80, 'syn')

const seeds = families.flatMap((family) => [
  ...families.map((inner) => build(inbound, outer(family), toVip(inner), syn, 'data')),
  marked(family, syn, 80, 'data'),
  marked(family, datagram(40000, 80), 80, 'data'),
  leaving(family, server[family], segment(80, 40000, 'ack'), 'data'),
  leaving(
    family,
    server[family],
    family === 'v4' ? icmpv4({ type: 3, code: 3 }) : icmpv6({ type: 1, code: 4 }),
    build(ip(family, client[family], server[family]), syn),
  ),
])

/** A packet with some bytes changed, most of them in its headers, and perhaps its end cut off. */
const mutated = record({
  seed: constantFrom(...seeds),
  changes: array(tuple(oneof(nat(63), nat(160)), nat(255)), { maxLength: 6 }),
  cut: oneof(constant(0), nat(120)),
}).map(({ seed, changes, cut }) => {
  const bytes = seed.slice(0, Math.max(54, seed.length - cut))
  for (const [at, value] of changes) if (at >= 12 && at < bytes.length) bytes[at] = value
  return bytes
})

needing(needs.root, needs.bpf).describe('frames that anybody could send', () =>
  test.each(hooks)('whatever arrives or leaves is counted once, never longer, and its end is its own: %s', (hook) => {
    using at = new Backend({
      sources: Object.values(prefixes),
      vips: [`${vip.v4}/32`, `${vip.v6}/128`],
      own: Object.values(server),
    })
    for (const family of families) at.run('decapXdp', marked(family, syn, 80))
    const seen = new Set<string>()
    assert(
      property(mutated, (bytes) => {
        const { verdict, packet } = at.run(hook, bytes)
        seen.add(verdict)
        expect(packet.length).toBeLessThanOrEqual(bytes.length)
        const changed = /^(DECAPSULATED|OPTION|REPLY_\w*TRANSLATED)/.test(verdict)
        if (!changed) expect(packet).toEqual(bytes)
        else if (hook === 'decapEgress') expect(packet.length).toBe(bytes.length)
        else expect(packet.subarray(-2)).toEqual(bytes.subarray(-2))
      }),
      { numRuns: 40 * (readConfigureGlobal().numRuns ?? 100) },
    )
    expect(seen.size).toBeGreaterThan(hook === 'decapEgress' ? 2 : 8)
  }),
)
