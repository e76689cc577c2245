import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { type ControlPacket, type StateName, stateNames } from '../wire/control-packet.ts'
import { defaultParameters, type SessionParameters } from './config.ts'
import { initialState, nextTick, step } from './machine.ts'
import type { SessionEvent, SessionState } from './state.ts'
import { detectionTime } from './timing.ts'

const fast: SessionParameters = { ...defaultParameters, transmitMs: 50, receiveMs: 50 }

/** One end, with a clock of its own and what it has sent. */
class End {
  parameters: SessionParameters
  state: SessionState
  now = 1000
  /** What jitter is reckoned with. */
  random = 0.999
  sent: ControlPacket[] = []

  constructor(parameters: Partial<SessionParameters> = {}, discriminator = 7) {
    this.parameters = { ...fast, ...parameters }
    this.state = initialState(this.parameters, discriminator, this.#moment())
  }

  step(event: SessionEvent): this {
    const { state, send } = step(this.parameters, this.state, event, this.#moment())
    this.state = state
    this.sent.push(...send)
    return this
  }

  hear(packet: Partial<ControlPacket>): this {
    return this.step({ event: 'heard', packet: { ...peer, yourDiscriminator: this.state.discriminator, ...packet } })
  }

  configure(parameters: Partial<SessionParameters>): this {
    this.parameters = { ...this.parameters, ...parameters }
    return this.step({ event: 'configured' })
  }

  /** Lives on to a time. */
  until(at: number): this {
    for (let due = nextTick(this.state); due !== undefined && due <= at; due = nextTick(this.state)) {
      this.now = Math.max(this.now, due)
      this.step({ event: 'tick' })
    }
    this.now = at
    return this
  }

  /** What was sent since this was asked last. */
  taken(): ControlPacket[] {
    return this.sent.splice(0)
  }

  #moment() {
    return { now: this.now, random: () => this.random }
  }
}

const peer: ControlPacket = {
  diagnostic: 0,
  state: 'down',
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  multiplier: 3,
  myDiscriminator: 9,
  yourDiscriminator: 0,
  desiredMinTx: 50_000,
  requiredMinRx: 50_000,
  requiredMinEchoRx: 0,
}

/** An end that is up, its first question answered. */
function up(parameters: Partial<SessionParameters> = {}): End {
  const end = new End(parameters).hear({ state: 'down' }).hear({ state: 'init' }).hear({ state: 'up', final: true })
  end.taken()
  return end
}

describe('the states (RFC 5880, 6.2 and 6.8.6)', () => {
  const transitions: Readonly<Record<StateName, readonly StateName[]>> = {
    // What becomes of it by a packet that says adminDown, down, init, up.
    adminDown: ['adminDown', 'adminDown', 'adminDown', 'adminDown'],
    down: ['down', 'init', 'up', 'down'],
    init: ['down', 'init', 'up', 'up'],
    up: ['down', 'down', 'up', 'up'],
  }
  const at: Readonly<Record<StateName, () => End>> = {
    adminDown: () => new End({ adminDown: true }),
    down: () => new End(),
    init: () => new End().hear({ state: 'down' }),
    up: () => up(),
  }
  const rows = stateNames.flatMap((from) => stateNames.map((said, i) => ({ from, said, to: transitions[from][i]! })))

  test.each(rows)('$from, told $said: $to', ({ from, said, to }) => {
    const end = at[from]()
    expect(end.state.name).toBe(from)
    expect(end.hear({ state: said }).state.name).toBe(to)
  })

  test('who goes down says why, and with whom it was', () => {
    const end = up().hear({ state: 'down', diagnostic: 1 })
    expect(end.taken()).toEqual([expect.objectContaining({ state: 'down', diagnostic: 3, yourDiscriminator: 9 })])
    expect(end.state.why).toBe('the peer went down: control detection time expired')
    // And no more of that when it is up again.
    expect(end.hear({ state: 'init' }).taken()).toMatchObject([{ state: 'up', diagnostic: 0 }])
    expect(up().hear({ state: 'adminDown', diagnostic: 7 }).state.why).toContain('administratively down')
  })

  test('a change of state is told at once', () => {
    const end = new End().until(1000)
    expect(end.taken()).toMatchObject([{ state: 'down', yourDiscriminator: 0 }])
    expect(end.hear({ state: 'down' }).taken()).toMatchObject([{ state: 'init', yourDiscriminator: 9 }])
    expect(end.hear({ state: 'init' }).taken()).toMatchObject([{ state: 'up', diagnostic: 0, poll: true }])
  })
})

describe('when packets go out (6.8.3, 6.8.7)', () => {
  test('once a second until it is up, then as both agree', () => {
    const end = new End().until(3900)
    expect(end.taken().map(({ desiredMinTx }) => desiredMinTx)).toEqual([1e6, 1e6, 1e6])
    end.hear({ state: 'down' }).hear({ state: 'init', requiredMinRx: 100_000 }).taken()
    expect(end.until(end.now + 1).taken()).toEqual([])
    const before = end.now
    for (let i = 0; i < 10; i++) end.until(end.now + 100).hear({ state: 'up', requiredMinRx: 100_000 })
    expect(end.now - before).toBe(1000)
    expect(end.taken()).toHaveLength(10)
  })

  test.each([
    [3, 0, 75],
    [3, 0.999, 100],
    [1, 0, 75],
    [1, 0.999, 90],
  ])('multiplier %i, jitter %d: %i %% of the interval', (multiplier, random, percent) => {
    const end = up({ multiplier, transmitMs: 100 })
    end.random = random
    const first = end.until(end.state.transmitAt!).now
    expect(end.state.transmitAt! - first).toBeCloseTo(percent, 0)
  })

  test('a peer that wants none gets none, but answers', () => {
    const end = up().hear({ state: 'up', requiredMinRx: 0 })
    expect(end.until(end.now + 149).taken()).toEqual([])
    expect(end.hear({ state: 'up', requiredMinRx: 0, poll: true }).taken()).toMatchObject([
      { final: true, poll: false },
    ])
  })

  test('a peer in demand mode gets none while both are up', () => {
    const end = up().hear({ state: 'up', demand: true })
    expect(end.until(end.now + 149).taken()).toEqual([])
  })

  test('a peer that can take more gets it at once', () => {
    const end = up().hear({ state: 'up', requiredMinRx: 5e6 }).until(1100).hear({ state: 'up' })
    expect(end.until(1120).taken()).not.toEqual([])
  })

  test('passive: nothing before the peer is heard', () => {
    const end = new End({ passive: true }).until(9000)
    expect(end.taken()).toEqual([])
    expect(end.hear({ state: 'down' }).taken()).toMatchObject([{ state: 'init' }])
    // And nothing more after it has gone.
    expect(end.until(99_000).state).toMatchObject({ name: 'down', remote: { discriminator: 0 } })
    expect(end.taken()).toEqual([])
  })

  test('every question is answered at once, with the answer alone', () => {
    const end = up().hear({ state: 'up', poll: true })
    expect(end.taken()).toMatchObject([{ final: true, poll: false, state: 'up' }])
    expect(new End({ adminDown: true }).hear({ poll: true }).taken()).toEqual([])
  })

  test('who comes up by a question answers it, and then asks', () => {
    const end = new End().hear({ state: 'down' })
    end.taken()
    end.hear({ state: 'init', poll: true })
    expect(end.until(end.now).taken()).toMatchObject([
      { final: true, poll: false, state: 'up' },
      { final: false, poll: true, state: 'up' },
    ])
  })
})

describe('when the peer counts as gone (6.8.4)', () => {
  test('after its multiplier times the slower of both, and the session says so', () => {
    const end = up({ multiplier: 5 }).hear({ state: 'up', multiplier: 4, desiredMinTx: 80_000 })
    const heardAt = end.now
    expect(end.until(heardAt + 319).state.name).toBe('up')
    end.taken()
    expect(end.until(heardAt + 320).state).toMatchObject({ name: 'down', since: heardAt + 320, diagnostic: 1 })
    expect(end.state.why).toBe('nothing was heard from the peer for 320 ms')
    expect(end.taken()).toMatchObject([{ state: 'down', diagnostic: 1, yourDiscriminator: 0, desiredMinTx: 1e6 }])
  })

  test('in init, too; and a peer that is down and silent is forgotten', () => {
    const init = new End().hear({ state: 'down' })
    expect(init.until(init.now + 150).state).toMatchObject({ name: 'down', diagnostic: 1 })
    const down = new End().hear({ state: 'up' })
    expect(down.state.remote.discriminator).toBe(9)
    expect(down.until(down.now + 150).state).toMatchObject({
      name: 'down',
      diagnostic: 0,
      remote: { discriminator: 0 },
    })
  })
})

describe('changes of a session that is up (6.5, 6.8.3)', () => {
  test('faster sending counts at once, slower only after the answer', () => {
    const end = up({ transmitMs: 100, receiveMs: 10 }).configure({ transmitMs: 60 })
    expect(end.state).toMatchObject({ poll: 'running', used: { minTx: 60_000 } })
    end.hear({ state: 'up', final: true }).configure({ transmitMs: 500 })
    expect(end.state).toMatchObject({ poll: 'running', said: { minTx: 500_000 }, used: { minTx: 60_000 } })
    end.taken()
    const packets = end.until(end.now + 149).taken()
    expect(packets.length).toBeGreaterThanOrEqual(2)
    for (const packet of packets) expect(packet).toMatchObject({ poll: true, desiredMinTx: 500_000 })
    end.hear({ state: 'up', final: true })
    expect(end.state).toMatchObject({ poll: 'no', used: { minTx: 500_000 } })
  })

  test('expecting less counts at once, expecting more only after the answer', () => {
    const end = up().configure({ receiveMs: 400 })
    expect(detectionTime(end.state)).toBe(1_200_000)
    end.hear({ state: 'up', final: true }).configure({ receiveMs: 50 })
    expect(detectionTime(end.state)).toBe(1_200_000)
    expect(detectionTime(end.hear({ state: 'up', final: true }).state)).toBe(150_000)
  })

  test('two changes in a row: their questions are told apart by a packet between them', () => {
    const end = up().configure({ transmitMs: 60 }).configure({ transmitMs: 70 })
    end.taken()
    const asked = (): boolean => end.until(end.state.transmitAt!).taken().at(-1)!.poll
    expect([asked(), end.hear({ state: 'up', final: true }).state.poll]).toEqual([true, 'due'])
    expect([asked(), asked()]).toEqual([false, true])
    expect(end.hear({ state: 'up', final: true }).state).toMatchObject({ poll: 'no', used: { minTx: 70_000 } })
  })

  test('kept down by the administrator, and let up again', () => {
    const end = up().configure({ adminDown: true })
    expect(end.taken()).toMatchObject([{ state: 'adminDown', diagnostic: 7 }])
    end.hear({ state: 'down', yourDiscriminator: 7 })
    expect(end.until(end.now + 1000).taken()).toMatchObject([{ state: 'adminDown', desiredMinTx: 1e6 }])
    expect(end.configure({ adminDown: false }).state).toMatchObject({ name: 'down', diagnostic: 0 })
    expect(end.hear({ state: 'down' }).hear({ state: 'init' }).state.name).toBe('up')
  })
})

test('two ends find each other, and stay up as long as packets pass, whatever the delay and jitter', () => {
  const percent = fc.double({ min: 0, max: 1, noNaN: true })
  const times = fc.integer({ min: 10, max: 400 })
  fc.assert(
    fc.property(times, times, fc.integer({ min: 2, max: 5 }), percent, percent, (mine, yours, multiplier, ja, jb) => {
      const a = new End({ transmitMs: mine, receiveMs: yours, multiplier }, 1)
      const b = new End({ transmitMs: yours, receiveMs: mine, multiplier }, 2)
      a.random = ja * 0.999
      b.random = jb * 0.999
      const deliver = (from: End, to: End): void => {
        for (const packet of from.taken()) to.step({ event: 'heard', packet })
      }
      let wentUp = 0
      for (let at = 1000; at < 8000; at += 4) {
        for (const end of [a, b]) end.until(at)
        deliver(a, b)
        deliver(b, a)
        if (a.state.name === 'up' && b.state.name === 'up') wentUp ||= at
        if (wentUp > 0) expect([a.state.name, b.state.name]).toEqual(['up', 'up'])
      }
      expect(wentUp).toBeGreaterThan(0)
      // Silence: both know within the detection time.
      const late = Math.max(detectionTime(a.state), detectionTime(b.state)) / 1000
      for (const end of [a, b]) expect(end.until(8000 + late).state.name).not.toBe('up')
    }),
    { numRuns: 10 },
  )
})
