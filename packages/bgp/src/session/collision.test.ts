import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { config, Machine, peerConfig, peerOpen } from '../../test/session.ts'
import { otherWay, survivor } from './collision.ts'
import { givesWay, nameOf, type SessionAction, type SessionEvent, type Way } from './state.ts'

test('the higher router id’s connection stays; the higher AS’s where they are equal', () => {
  expect(survivor(config, peerOpen())).toBe('in')
  expect(survivor({ ...config, identifier: '10.0.1.0' }, peerOpen())).toBe('out')
  expect(survivor(config, peerOpen({ identifier: config.identifier }))).toBe('out')
})

test('two connections: the one that loses is closed once OPEN has come over both', () => {
  const machine = new Machine()
  machine.on({ event: 'start' })
  machine.on({ event: 'connected', way: 'in' })
  machine.on({ event: 'connected', way: 'out' })
  machine.hear('out', { type: 'open', open: peerOpen() })
  expect(machine.did).not.toContainEqual(expect.stringContaining('close'))
  machine.hear('in', { type: 'open', open: peerOpen() })
  expect(machine.did.slice(0, 2)).toEqual(['notify out 6/7', 'close out'])
  machine.hear('in', { type: 'keepalive' })
  expect([nameOf(machine.state), machine.state.out]).toEqual(['established', undefined])
})

test('a connection whose peer has said nothing yet is closed when the session is up over the other', () => {
  const machine = new Machine()
  machine.on({ event: 'start' })
  machine.on({ event: 'connected', way: 'in' })
  machine.on({ event: 'connected', way: 'out' })
  machine.hear('out', { type: 'open', open: peerOpen() })
  machine.hear('out', { type: 'keepalive' })
  expect(machine.did.slice(0, 2)).toEqual(['notify in 6/7', 'close in'])
  expect([nameOf(machine.state), machine.state.in]).toEqual(['established', undefined])
})

test('a second connection beside a session that is up is refused', () => {
  const plain = peerOpen({ gracefulRestart: undefined })
  const machine = new Machine().up(plain)
  machine.on({ event: 'connected', way: 'in' })
  expect(machine.did).toEqual(['notify in 6/7', 'close in'])
  expect(nameOf(machine.state)).toBe('established')
  expect([givesWay(machine.state.out!), givesWay({ phase: 'open-sent' })]).toEqual([false, true])
})

/** What is on its way from one side to the other, in order. */
interface Wire {
  readonly queue: SessionEvent[]
}

/** Two speakers that both connect, and a network that delivers in any order between connections. */
class Pair {
  readonly sides = [new Machine(), new Machine({}, peerConfig)] as const
  /** Connections: [who opened it] and what waits for each side on it. */
  readonly wires = [0, 1].map(() => [{ queue: [] }, { queue: [] }] as [Wire, Wire])

  act(side: number, actions: readonly SessionAction[]): void {
    for (const action of actions) {
      if (action.do === 'connect') this.#connect(side)
      if (!('way' in action)) continue
      const opener = action.way === 'out' ? side : 1 - side
      const there = this.wires[opener]![1 - side]!.queue
      const way: Way = otherWay(action.way)
      if (action.do === 'send-open') there.push({ event: 'message', way, message: { type: 'open', open: action.open } })
      if (action.do === 'send-keepalive') there.push({ event: 'message', way, message: { type: 'keepalive' } })
      if (action.do === 'close') there.push({ event: 'closed', way, why: 'closed' })
    }
  }

  #connect(side: number): void {
    this.wires[side]![side]!.queue.push({ event: 'connected', way: 'out' })
    this.wires[side]![1 - side]!.queue.push({ event: 'connected', way: 'in' })
  }

  get waiting(): { side: number; queue: SessionEvent[] }[] {
    return this.wires.flatMap((ends) => ends.flatMap(({ queue }, side) => (queue.length > 0 ? [{ side, queue }] : [])))
  }
}

test('two speakers that connect to each other at once end with one session, both over the same connection', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (choices) => {
      const pair = new Pair()
      const choose = (below: number): number => choices.next().value! % below
      const run = (): void => {
        for (let { waiting } = pair; waiting.length > 0; { waiting } = pair) {
          const { side, queue } = waiting[choose(waiting.length)]!
          pair.act(side, pair.sides[side]!.on(queue.shift()!))
        }
      }
      for (const side of [0, 1]) pair.act(side, pair.sides[side]!.on({ event: 'start' }))
      run()
      // RFC 4271 leaves a race in which each closes the other's connection; timers with jitter end it.
      if (nameOf(pair.sides[0].state) === 'active') {
        const first = choose(2)
        pair.act(first, pair.sides[first]!.on({ event: 'timer', timer: 'connect-retry' }))
        run()
      }
      expect(pair.sides.map(({ state }) => nameOf(state))).toEqual(['established', 'established'])
      const [here, there] = pair.sides.map(({ state }) => [state.out?.phase, state.in?.phase])
      expect(here).toEqual(there!.toReversed())
    }),
  )
})
