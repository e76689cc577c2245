import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { sessionConfig, type SessionChange, type SessionOptions, type SessionReport } from '@skep/bfd'
import { type BfdPeer, type BfdSource, bfdSessionOf, BfdTie } from './bfd.ts'
import type { PeerStatus } from './speaker/status.ts'

/** A BFD process that does nothing but tell what it is told to. */
class FakeBfd implements BfdSource {
  wanted: readonly SessionOptions[] = []
  known: SessionReport | undefined
  #tell: (change: SessionChange) => void = () => {}

  apply(sessions: readonly SessionOptions[]): void {
    this.wanted = sessions
  }

  session(): SessionReport | undefined {
    return this.known
  }

  async *changes(): AsyncGenerator<SessionChange> {
    for (;;) yield await new Promise<SessionChange>((resolve) => (this.#tell = resolve))
  }

  async tell(key: string, from: 'up' | 'init', said: 'up' | 'adminDown', name: 'up' | 'down' = 'down'): Promise<void> {
    const state = { name, why: 'nothing was heard', remote: { state: said } } as SessionReport['state']
    this.#tell({ from, session: { key, state } as SessionReport })
    await setImmediate()
  }
}

const peer: BfdPeer = { name: 'router', address: '10.0.0.254', asn: 65_000, bfd: { intervalMs: 50 } }

test('a session of BFD goes where that of BGP goes', () => {
  const times = { transmitMs: 50, receiveMs: 50, multiplier: 3 }
  expect(bfdSessionOf(peer)).toEqual(sessionConfig({ peer: '10.0.0.254', ...times }))
  const linkLocal = { ...peer, address: 'fe80::1', device: 'eth0' }
  expect(bfdSessionOf(linkLocal)).toMatchObject({ peer: 'fe80::1', device: 'eth0', multihop: false })
  const far = { ...peer, sourceAddress: '10.1.0.1', multihop: 3 }
  expect(bfdSessionOf(far)).toMatchObject({ source: '10.1.0.1', multihop: true })
})

test('a path that is cut ends the sessions over it, and no others', async () => {
  const cut: string[] = []
  const bfd = new FakeBfd()
  using tie = new BfdTie({ linkDown: (name, why) => void cut.push(`${name}: ${why}`) }, bfd)
  await setImmediate()
  const unwatched = { ...peer, name: 'unwatched', address: '10.0.0.252', bfd: undefined }
  const other = { ...peer, name: 'other', address: '10.0.0.253' }
  tie.apply([peer, { ...peer, name: 'the same', port: 1179 }, other, unwatched])
  expect(bfd.wanted.map((each) => each.peer)).toEqual(['10.0.0.254', '10.0.0.253'])
  await bfd.tell('10.0.0.254', 'init', 'up', 'up')
  await bfd.tell('10.0.0.254', 'up', 'adminDown')
  expect(cut).toEqual([])
  await bfd.tell('10.0.0.254', 'up', 'up')
  expect(cut).toEqual(['router: BFD: nothing was heard', 'the same: BFD: nothing was heard'])
})

test('how a peer is has what BFD knows of its path', () => {
  const bfd = new FakeBfd()
  using tie = new BfdTie({ linkDown: () => undefined }, bfd)
  tie.apply([peer])
  const status = [{ name: 'router' }, { name: 'unwatched' }] as PeerStatus[]
  expect(tie.status(status)).toEqual([
    { name: 'router', bfd: { state: 'down', text: 'its session is not there yet', downs: 0 } },
    { name: 'unwatched' },
  ])
  const state = { name: 'init', why: 'the peer was heard', since: 0 } as SessionReport['state']
  bfd.known = { key: '', state, counters: { downs: 2 } } as SessionReport
  expect(tie.status(status)[0]!.bfd).toEqual({
    state: 'init',
    text: expect.stringMatching(/^init for \d+ s: the peer was heard$/),
    downs: 2,
  })
})
