import { expect, test } from '@jest/globals'
import { endSockets } from './end-sockets.ts'
import { Losses } from './lost.ts'
import type { PeerMaps } from './open-sockets.ts'
import { defaultCapacities, emptyState } from './state.ts'

/** Says which of what is noted of sockets is read. */
function watched(): { readonly maps: PeerMaps; readonly read: Set<string> } {
  const read = new Set<string>()
  const sockPeers = {
    getBatch: () => (read.add('UDP'), []),
    deleteBatch: () => 0,
  }
  const sockConnections = {
    mmap: () => (read.add('TCP'), { buffer: new ArrayBuffer(0), elementSize: 64, [Symbol.dispose]() {} }),
  }
  return { maps: { sockPeers, sockConnections } as unknown as PeerMaps, read }
}

const settled = (): Losses => {
  const losses = new Losses()
  losses.settle('TCP')
  losses.settle('UDP')
  return losses
}
const state = emptyState(defaultCapacities)

test.each([
  ['nothing was lost', {}, []],
  ['a backend of TCP was, which notices by itself', { lost: { TCP: [1] } }, []],
  ['a backend of TCP was, whose sockets shall end', { lost: { TCP: [1] }, protocols: ['udp', 'tcp'] }, ['TCP']],
  ['a backend of UDP was', { lost: { UDP: [1] } }, ['UDP']],
  ['the time of a backend is over', { allOf: [1] }, ['UDP', 'TCP']],
] as const)('what is known of sockets is read only where one may have to end: %s', (_, given, expected) => {
  const {
    lost = {},
    protocols,
    allOf,
  } = given as {
    lost?: { TCP?: number[]; UDP?: number[] }
    protocols?: ('udp' | 'tcp')[]
    allOf?: number[]
  }
  const losses = settled()
  losses.add({ TCP: new Set(lost.TCP), UDP: new Set(lost.UDP) })
  const { maps, read } = watched()
  const options = { namespaces: [], ...(protocols && { protocols }), ...(allOf && { allOf: new Set(allOf) }) }
  endSockets(maps, state, losses, options)
  expect([...read]).toEqual(expected)
  // It has been seen to; what is not asked for is owed until it is.
  const again = watched()
  endSockets(again.maps, state, losses, { namespaces: [], protocols: ['udp', 'tcp'] })
  expect([...again.read]).toEqual(lost.TCP && protocols === undefined ? ['TCP'] : [])
})

test('at first, and after more than can be remembered, all of it is read', () => {
  const [first, { maps, read }] = [new Losses(), watched()]
  endSockets(maps, state, first, { namespaces: [] })
  expect([...read]).toEqual(['UDP'])
  const many = settled()
  many.add({ TCP: new Set(), UDP: new Set(Array.from({ length: 70_000 }, (_, i) => i)) })
  expect(many.of('UDP')).toBeUndefined()
})
