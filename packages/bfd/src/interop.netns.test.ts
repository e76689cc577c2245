import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import { type Net, needing, topology } from '@skep/testbed'
import { openHandles } from 'sockets-ts'
import { bird, type Daemon, type DaemonKind, frr, type PeerSpec, untilPeer } from '../test/daemon.ts'
import { slowness } from '../test/patience.ts'
import { Watched } from '../test/watched.ts'
import { BfdSpeaker } from './speak/speaker.ts'

const EVERY_MS = 100 * slowness

/** The peer's sessions with us, on the neighbour and behind it. */
const neighbor: readonly PeerSpec[] = [
  { peer: '10.9.0.1', local: '10.9.0.2', multihop: false, everyMs: EVERY_MS },
  { peer: 'fd09::1', local: 'fd09::2', multihop: false, everyMs: EVERY_MS },
]
const far: readonly PeerSpec[] = [
  { peer: '10.9.0.1', local: '10.10.0.2', multihop: true, everyMs: EVERY_MS },
  { peer: 'fd09::1', local: 'fd10::2', multihop: true, everyMs: EVERY_MS },
]

let net: Net<'us' | 'neighbor' | 'far'>

beforeAll(async () => {
  net = await topology({
    hosts: {
      us: {
        routes: [
          { destination: 'default', via: '10.9.0.2' },
          { destination: 'default', via: 'fd09::2' },
        ],
      },
      neighbor: { forwarding: true },
      far: {},
    },
    links: [
      { bridge: 'switch', ends: { us: ['10.9.0.1/24', 'fd09::1/64'], neighbor: ['10.9.0.2/24', 'fd09::2/64'] } },
      { ends: { neighbor: ['10.10.0.1/24', 'fd10::1/64'], far: ['10.10.0.2/24', 'fd10::2/64'] } },
    ],
  })
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
  expect(openHandles()).toEqual([])
})

/** Between us and the neighbour nothing passes, or does again. The links stay up: nobody is told. */
function cut(isCut: boolean): void {
  const { netlink } = net.host('switch')
  if (isCut) netlink.link.set({ name: 'us', master: null })
  else netlink.link.set({ name: 'us', master: 'br0' })
}

const rows = [frr, bird].flatMap((kind) => [
  { kind, where: 'neighbor', specs: neighbor } as const,
  { kind, where: 'far', specs: far } as const,
])

describe.each(rows.map((row) => ({ ...row, name: row.kind.name })))('$name, $where', ({ kind, where, specs }) => {
  const { test } = needing(...(kind as DaemonKind).needs)
  let daemon: Daemon
  let speaker: BfdSpeaker
  let watched: Watched

  beforeAll(async () => {
    watched = new Watched()
    speaker = new BfdSpeaker({ namespace: net.us.namespace, onChange: watched.note })
    speaker.apply(wanted())
    daemon = await kind.start(net[where], specs)
    await everywhere('up')
  })

  afterAll(async () => {
    speaker.stop()
    await daemon[Symbol.asyncDispose]()
  })

  function wanted(adminDown = false) {
    return specs.map(({ peer, local, multihop }) => {
      const common = { peer: local, source: peer, transmitMs: EVERY_MS, receiveMs: EVERY_MS, adminDown }
      return multihop ? { ...common, multihop, minHops: kind.multihopHops - 1 } : { ...common, device: 'eth0' }
    })
  }

  function everywhere(state: 'up' | 'down') {
    return Promise.all([
      ...specs.map(({ local }) => watched.until(local, state)),
      ...specs.map(({ peer }) => untilPeer(daemon, peer, state)),
    ])
  }

  test('both sides are up, notice a cut, and come back', async () => {
    cut(true)
    await everywhere('down')
    for (const { state } of speaker.reports()) expect([1, 3]).toContain(state.diagnostic)
    cut(false)
    await everywhere('up')
  })

  test('the administrator of either side ends it, and lets it up again', async () => {
    speaker.apply(wanted(true))
    for (const { peer } of specs) {
      const { diagnostic = 'neighbor signaled session down' } = await untilPeer(daemon, peer, 'down')
      expect(diagnostic).toBe('neighbor signaled session down')
    }
    speaker.apply(wanted())
    await everywhere('up')
    for (const { peer, local } of daemon.shutdown === undefined ? [] : specs) {
      await daemon.shutdown!(peer, true)
      const { state } = await watched.until(local, 'down')
      expect(state.remote.state).toBe('adminDown')
      await daemon.shutdown!(peer, false)
      await watched.until(local, 'up')
    }
  })
})
