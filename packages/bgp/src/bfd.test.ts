import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { sessionConfig, type SessionChange, type SessionOptions, type SessionReport } from '@skep/bfd'
import { type BfdPeer, type BfdSource, bfdSessionOf, BfdTie } from './bfd.ts'

/** A BFD process that does nothing but tell what it is told to. */
class FakeBfd implements BfdSource {
  wanted: readonly SessionOptions[] = []
  #tell: (change: SessionChange) => void = () => {}

  apply(sessions: readonly SessionOptions[]): void {
    this.wanted = sessions
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
