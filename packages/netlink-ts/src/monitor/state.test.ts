import { describe, expect, test } from '@jest/globals'
import type { Watch } from './watched.ts'
import { WatchState } from './state.ts'

/** `key` may be shared; `way` tells apart; `age` is invisible. */
interface Thing {
  readonly key: string
  readonly way: string
  readonly color: string
  readonly age?: number
}

const watch: Watch<Thing> = {
  groups: [],
  added: 1,
  removed: 2,
  accepts: () => true,
  decode: () => thing('', '', ''),
  dump: () => ([] as Thing[]).values(),
  key: ({ key }) => key,
  detail: ({ way }) => way,
  visible: ({ key, way, color }) => ({ key, way, color }),
  keeps: () => true,
}

function thing(key: string, way: string, color: string, age = 0): Thing {
  return { key, way, color, age }
}

describe('messages', () => {
  test('what is new is added, what differs is changed, what looks the same is nothing', () => {
    const state = new WatchState(watch)
    expect(state.added(thing('a', '1', 'red'), false)).toEqual(['add', thing('a', '1', 'red')])
    expect(state.added(thing('a', '1', 'blue'), false)).toEqual(['change', thing('a', '1', 'blue')])
    expect(state.added(thing('a', '1', 'blue', 7), false)).toBeUndefined()
    expect(state.added(thing('a', '2', 'blue'), false)).toEqual(['add', thing('a', '2', 'blue')])
  })

  test('what goes is removed once', () => {
    const state = new WatchState(watch)
    state.added(thing('a', '1', 'red'), false)
    expect(state.removed(thing('a', '1', 'red'))?.[0]).toBe('remove')
    expect(state.removed(thing('a', '1', 'red'))).toBeUndefined()
    expect(state.removed(thing('b', '1', 'red'))).toBeUndefined()
  })

  test('a replacement takes the place of the first with its key', () => {
    const state = new WatchState(watch)
    state.added(thing('a', '1', 'red'), false)
    state.added(thing('a', '2', 'red'), false)
    expect(state.added(thing('a', '3', 'red'), true)?.[0]).toBe('change')
    expect(state.removed(thing('a', '1', 'red'))).toBeUndefined()
    expect(state.removed(thing('a', '2', 'red'))?.[0]).toBe('remove')
    expect(state.added(thing('b', '1', 'red'), true)?.[0]).toBe('add')
  })
})

describe('whole tables', () => {
  test('the difference is what went, then what came and what changed', () => {
    const state = new WatchState(watch)
    for (const color of ['a', 'b', 'c']) state.added(thing(color, '1', 'red'), false)
    const table = [thing('c', '1', 'red', 5), thing('b', '1', 'blue'), thing('d', '1', 'red')]
    expect(state.replaced(table).map(([action, { key }]) => `${action} ${key}`)).toEqual([
      'remove a',
      'change b',
      'add d',
    ])
    expect(state.replaced(table)).toEqual([])
    expect(state.removed(thing('d', '1', 'red'))?.[0]).toBe('remove')
  })
})
