import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { type Change, keyOf, type KubeObject, ObjectStore, together } from '../index.ts'
import { Tally } from '../follow/tally.ts'
import { ManualClock } from '../../test/manual-clock.ts'

interface Thing extends KubeObject {
  readonly kind: 'Thing'
  readonly spec: { readonly colors: readonly string[] }
}

function thing(name: string, colors: readonly string[] = [], resourceVersion = ''): Thing {
  const metadata = { name, namespace: 'x', uid: '', resourceVersion, labels: {}, annotations: {} }
  return { kind: 'Thing', metadata, spec: { colors } }
}

function newStore(): ObjectStore<Thing> {
  const tally = new Tally('Thing', new ManualClock())
  const store: ObjectStore<Thing> = new ObjectStore('Thing', () => tally.status(store.synced, store.size))
  return store
}

const all = (...things: Thing[]): ReadonlyMap<string, Thing> => new Map(things.map((one) => [keyOf(one), one]))
const told = (changes: readonly Change<Thing>[]): string[] => changes.map(({ type, key }) => `${type} ${key}`)

async function next<T>(rounds: AsyncIterator<T>): Promise<T> {
  return ((await rounds.next()) as { value: T }).value
}

describe('rounds', () => {
  test('the first one waits until the store is synced, and comes also when it is empty', async () => {
    const store = newStore()
    const rounds = store.rounds()[Symbol.asyncIterator]()
    let come = false
    const first = next(rounds).then((changes) => {
      come = true
      return changes
    })
    store.put(thing('early'))
    await new Promise(setImmediate)
    expect(come).toBe(false)
    store.replace(new Map())
    expect(await first).toEqual([])
    store.replace(all(thing('a')))
    expect(told(await next(rounds))).toEqual(['added x/a'])
  })

  test('a list in place of another tells the difference only', async () => {
    const store = newStore()
    store.replace(all(thing('a'), thing('b', ['red'], '1'), thing('c')))
    const rounds = store.rounds()[Symbol.asyncIterator]()
    await next(rounds)
    store.replace(all(thing('b', ['red'], '2'), thing('c', ['blue']), thing('d')))
    expect(told(await next(rounds))).toEqual(['deleted x/a', 'modified x/c', 'added x/d'])
    expect(store.get('x/b')?.metadata.resourceVersion).toBe('2')
  })

  test('of several stores: when all are synced, and when anything changes in any', async () => {
    const [left, right] = [newStore(), newStore()]
    left.replace(all(thing('a')))
    const rounds = together({ left, right })
    const first = next(rounds)
    left.put(thing('b'))
    right.replace(all(thing('z')))
    const round = await first
    expect([told(round.left), told(round.right)]).toEqual([['added x/a', 'added x/b'], ['added x/z']])
    right.remove('x/z')
    const second = await next(rounds)
    expect([told(second.left), told(second.right)]).toEqual([[], ['deleted x/z']])
    await rounds.return(undefined)
  })

  test('end with the signal', async () => {
    const store = newStore()
    const controller = new AbortController()
    const rounds = store.rounds({ signal: controller.signal })[Symbol.asyncIterator]()
    const first = rounds.next()
    controller.abort()
    expect(await first).toMatchObject({ done: true })
    await expect(store.whenSynced(controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('whatever happens and however slow a reader is: it comes to know the store, and holds no more than there was and is', () => {
    const step = fc.oneof(
      fc.record({ put: fc.nat(5), color: fc.constantFrom('red', 'blue') }),
      fc.record({ remove: fc.nat(5) }),
      fc.record({ replace: fc.uniqueArray(fc.nat(5)) }),
      fc.constant('read' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = newStore()
        store.replace(new Map())
        const byColor = store.index(({ spec }) => spec.colors)
        using reader = store.reader(() => undefined)
        const known = new Map<string, Thing>()
        const read = (): void => {
          for (const { type, key, before, after } of reader.take()) {
            expect(known.get(key)).toEqual(type === 'added' ? undefined : before)
            if (after) known.set(key, after)
            else known.delete(key)
          }
        }
        for (const one of steps) {
          if (one === 'read') read()
          else if ('put' in one) store.put(thing(String(one.put), [one.color]))
          else if ('remove' in one) store.remove(`x/${one.remove}`)
          else store.replace(all(...one.replace.map((name) => thing(String(name), ['green']))))
          expect(reader.pending).toBeLessThanOrEqual(known.size + store.size)
          for (const color of ['red', 'blue', 'green'])
            expect(new Set(byColor.get(color))).toEqual(
              new Set([...store.values()].filter(({ spec }) => spec.colors.includes(color))),
            )
        }
        read()
        expect(known).toEqual(new Map([...store.values()].map((one) => [keyOf(one), one])))
      }),
    )
  })
})

test('an index made later has what is there, and is made once', () => {
  const store = newStore()
  store.replace(all(thing('a', ['red', 'blue']), thing('b', ['red'])))
  const by = ({ spec }: Thing): readonly string[] => spec.colors
  const index = store.index(by)
  expect(index.get('red')).toHaveLength(2)
  expect([...index.values()]).toEqual(['red', 'blue'])
  store.put(thing('a', ['green']))
  expect([index.get('blue'), [...index.values()]]).toEqual([[], ['red', 'green']])
  expect(store.index(by)).toBe(index)
})
