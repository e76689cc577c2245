import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { defaultRouter, downMs, type RouterConfig, skewMs } from './config.ts'
import { explainRouter } from './explain.ts'
import { accepts, initialState, nextTick, step } from './machine.ts'
import type { RouterAction, RouterEvent, RouterState } from './state.ts'

const base: RouterConfig = {
  ...defaultRouter,
  id: 51,
  family: 'ipv4',
  priority: 150,
  addresses: ['192.0.2.10'],
  source: '10.0.0.5',
}

/** A machine with its clock. */
class Lab {
  state: RouterState = initialState(0)
  now = 0
  config: RouterConfig

  constructor(config: Partial<RouterConfig> = {}) {
    this.config = { ...base, ...config }
  }

  do(event: RouterEvent): readonly RouterAction[] {
    const { state, actions } = step(this.config, this.state, event, this.now)
    this.state = state
    return actions
  }

  hear(priority: number, from = '10.0.0.9', interval = 100): readonly RouterAction[] {
    const { id, addresses } = this.config
    return this.do({ event: 'heard', from, advertisement: { id, priority, interval, addresses } })
  }

  /** Runs the timers for so long; what they have it do, with the times. */
  pass(ms: number): [number, RouterAction][] {
    const done: [number, RouterAction][] = []
    const end = this.now + ms
    for (let next = nextTick(this.state); next !== undefined && next <= end; next = nextTick(this.state)) {
      this.now = next
      for (const action of this.do({ event: 'tick' })) done.push([this.now, action])
    }
    this.now = end
    return done
  }

  static active(config: Partial<RouterConfig> = {}): Lab {
    const lab = new Lab(config)
    lab.do({ event: 'start' })
    lab.pass(downMs(lab.config.priority, 100))
    expect(lab.state.name).toBe('active')
    return lab
  }
}

const advertise = { do: 'advertise', priority: 150 } as const

test('timers as the RFC has them: three intervals and a skew that is the shorter the higher the priority', () => {
  expect([skewMs(150, 100), downMs(150, 100)]).toEqual([414.0625, 3414.0625])
  expect(downMs(255, 100)).toBeLessThan(downMs(1, 100))
})

describe('start and end', () => {
  test('it starts as backup, takes over after silence, announces, and advertises', () => {
    const lab = new Lab()
    expect(lab.do({ event: 'start' })).toEqual([])
    expect(lab.state.name).toBe('backup')
    expect(lab.pass(3414)).toEqual([])
    expect(lab.pass(0.1)).toEqual([
      [3414.0625, advertise],
      [3414.0625, { do: 'announce', times: 5 }],
    ])
    expect(lab.pass(2000)).toEqual([
      [4414.0625, advertise],
      [5414.0625, advertise],
    ])
  })

  test('priority 255 is active at once', () => {
    const lab = new Lab({ priority: 255 })
    expect(lab.do({ event: 'start' })).toEqual([
      { do: 'advertise', priority: 255 },
      { do: 'announce', times: 5 },
    ])
    expect(lab.state.name).toBe('active')
  })

  test('who was active a moment ago goes on', () => {
    const lab = new Lab()
    expect(lab.do({ event: 'start', resume: true })).toEqual([advertise, { do: 'announce', times: 5 }])
  })

  test('who was active says priority 0 at the end, a backup nothing, and one that cannot send neither', () => {
    const stop = { event: 'stop', why: 'the end' } as const
    expect(Lab.active().do(stop)).toEqual([{ do: 'advertise', priority: 0 }])
    expect(Lab.active().do({ ...stop, silent: true })).toEqual([])
    const lab = new Lab()
    lab.do({ event: 'start' })
    expect(lab.do(stop)).toEqual([])
    expect(lab.pass(60_000)).toEqual([])
    expect(lab.hear(1)).toEqual([])
    expect(lab.state.name).toBe('initialize')
  })
})

describe('backup', () => {
  test('it stays while a better one is heard, and follows that one’s interval', () => {
    const lab = new Lab()
    lab.do({ event: 'start' })
    for (let i = 0; i < 10; i++) {
      lab.pass(3000)
      lab.hear(200, '10.0.0.9', 1000)
      expect(lab.state.name).toBe('backup')
    }
    expect(lab.pass(30_000)).toEqual([])
    expect(lab.pass(5000)).not.toEqual([])
  })

  test('it takes over from a worse one, after its timer; not where preempt is false', () => {
    for (const preempt of [true, false]) {
      const lab = new Lab({ preempt })
      lab.do({ event: 'start' })
      for (let i = 0; i < 5; i++) {
        lab.pass(1000)
        lab.hear(100)
      }
      expect(lab.state.name).toBe(preempt ? 'active' : 'backup')
    }
  })

  test('with preempt false a dead one is still succeeded', () => {
    const lab = new Lab({ preempt: false })
    lab.do({ event: 'start' })
    lab.hear(100)
    lab.pass(3500)
    expect(lab.state).toMatchObject({ name: 'active', why: expect.stringContaining('10.0.0.9') })
  })

  test('preemption waits for its delay', () => {
    const lab = new Lab({ preemptDelayMs: 20_000 })
    lab.do({ event: 'start' })
    for (let i = 0; i < 20; i++) {
      lab.pass(1000)
      lab.hear(100)
    }
    expect(lab.state.name).toBe('backup')
    for (let i = 0; i < 6; i++) {
      lab.pass(1000)
      lab.hear(100)
    }
    expect(lab.state.name).toBe('active')
  })

  test('priority 0 hands over after the skew time alone', () => {
    const lab = new Lab()
    lab.do({ event: 'start' })
    lab.hear(200)
    lab.hear(0)
    expect(lab.pass(414)).toEqual([])
    expect(lab.pass(1).length).toBe(2)
    expect(lab.state.why).toBe('10.0.0.9 gave the addresses up')
  })
})

describe('active', () => {
  test.each([
    ['a higher priority', 151, '10.0.0.1', 'backup'],
    ['the same and a higher address', 150, '10.0.0.9', 'backup'],
    ['the same and a higher address by value, not by text', 150, '10.0.0.10', 'backup'],
    ['the same and a lower address', 150, '10.0.0.1', 'active'],
    ['a lower priority', 149, '10.0.0.9', 'active'],
  ])('%s', (_, priority, from, name) => {
    const lab = Lab.active()
    const actions = lab.hear(priority, from)
    expect(lab.state.name).toBe(name)
    expect(actions).toEqual(name === 'active' ? [advertise, { do: 'announce', times: 1 }] : [])
  })

  test('who gives up is answered at once, so that nobody else takes over', () => {
    expect(Lab.active().hear(0)).toEqual([advertise])
  })

  test('the addresses are announced again after the delay, and then as often as asked', () => {
    const announced = (lab: Lab) =>
      lab
        .pass(60_000)
        .filter(([, action]) => action.do === 'announce')
        .map(([at, action]) => [Math.floor(at), (action as { times: number }).times])
    expect(announced(Lab.active())).toEqual([[8414, 5]])
    const repeats = { repeat: 2, delayMs: 1000, refreshMs: 20_000, refreshRepeat: 3 }
    expect(announced(Lab.active({ repeats }))).toEqual([
      [4414, 2],
      [24_414, 3],
      [44_414, 3],
    ])
    expect(announced(Lab.active({ repeats: { ...repeats, delayMs: 0, refreshMs: 0 } }))).toEqual([])
  })

  test('a new priority is said at once', () => {
    const lab = Lab.active()
    lab.config = { ...lab.config, priority: 90 }
    expect(lab.do({ event: 'configured' })).toEqual([{ do: 'advertise', priority: 90 }])
  })

  test('accept mode counts only while it is active; an owner always accepts', () => {
    const lab = Lab.active()
    expect(accepts(lab.config, lab.state)).toBe(false)
    expect(accepts({ ...lab.config, acceptMode: true }, lab.state)).toBe(true)
    expect(accepts({ ...lab.config, priority: 255 }, lab.state)).toBe(true)
    lab.hear(200)
    expect(accepts({ ...lab.config, acceptMode: true }, lab.state)).toBe(false)
  })
})

test('it says why it is what it is', () => {
  const lab = new Lab()
  lab.do({ event: 'start' })
  lab.hear(200)
  lab.pass(1000)
  expect(explainRouter(lab.config, lab.state, lab.now)).toBe(
    'virtual router 51 (IPv4) is backup for 1.0 s: it has just started; priority 150; 10.0.0.9 said priority 200 1.0 s ago; takes over if nothing better is heard for 2.4 s',
  )
  lab.pass(3000)
  expect(explainRouter(lab.config, lab.state, lab.now)).toBe(
    'virtual router 51 (IPv4) is active for 0.6 s: 10.0.0.9 (priority 200) fell silent; priority 150',
  )
})

/** Routers on one link: what one says, all others hear at once, unless they are cut off. */
class Group {
  readonly labs: readonly Lab[]
  readonly cut = new Set<number>()
  constructor(labs: readonly Lab[]) {
    this.labs = labs
  }

  do(index: number, event: RouterEvent): void {
    this.spread(index, this.labs[index]!.do(event))
  }

  spread(index: number, actions: readonly RouterAction[]): void {
    const { source, interval } = this.labs[index]!.config
    for (const action of actions)
      if (action.do === 'advertise' && !this.cut.has(index))
        for (const [other, lab] of this.labs.entries())
          if (other !== index && !this.cut.has(other)) this.spread(other, lab.hear(action.priority, source, interval))
  }

  pass(ms: number): void {
    const end = this.labs[0]!.now + ms
    for (;;) {
      const next = Math.min(...this.labs.map((lab) => nextTick(lab.state) ?? Infinity))
      for (const lab of this.labs) lab.now = Math.min(end, next)
      if (next > end) return
      for (const [index, lab] of this.labs.entries())
        if ((nextTick(lab.state) ?? Infinity) <= lab.now) this.do(index, { event: 'tick' })
    }
  }

  get active(): number[] {
    return this.labs.flatMap((lab, i) => (lab.state.name === 'active' ? [i] : []))
  }
}

test('whatever happened, a group that can talk comes to exactly one owner; with preemption it is the best', () => {
  const happening = fc.record({
    what: fc.constantFrom('start' as const, 'stop' as const, 'cut' as const, 'mend' as const, 'priority' as const),
    who: fc.nat(3),
    priority: fc.integer({ min: 1, max: 254 }),
    pause: fc.nat(9000),
  })
  const member = fc.record({ priority: fc.integer({ min: 1, max: 254 }), preempt: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(member, { minLength: 2, maxLength: 4 }),
      fc.array(happening, { maxLength: 12 }),
      (members, happenings) => {
        const group = new Group(members.map((one, i) => new Lab({ ...one, source: `10.0.0.${i + 1}` })))
        for (const [index] of members.entries()) group.do(index, { event: 'start' })
        for (const { what, who, priority, pause } of happenings) {
          const index = who % members.length
          const lab = group.labs[index]!
          if (what === 'start') group.do(index, { event: 'start' })
          else if (what === 'stop') group.do(index, { event: 'stop', why: 'told to' })
          else if (what === 'cut') group.cut.add(index)
          else if (what === 'mend') group.cut.delete(index)
          else {
            lab.config = { ...lab.config, priority }
            group.do(index, { event: 'configured' })
          }
          group.pass(pause)
        }
        group.cut.clear()
        for (const [index] of members.entries()) group.do(index, { event: 'start' })
        group.pass(60_000)
        expect(group.active).toHaveLength(1)
        const best = Math.max(...group.labs.map(({ config }) => config.priority))
        if (group.labs.every(({ config }) => config.preempt))
          expect(group.labs[group.active[0]!]!.config.priority).toBe(best)
      },
    ),
  )
})
