import { expect, test } from '@jest/globals'
import { Changes } from './changes.ts'

/** Numbers that are wanted; a round of them all. Nothing with 13 in it can be carried out. */
function numbers() {
  const rounds: (readonly number[])[] = []
  let wanted: readonly number[] = []
  const changes = new Changes<readonly number[]>({
    wanted: () => wanted,
    carryOut: (next) => {
      if (next.includes(13)) throw new Error('13 cannot be carried out')
      rounds.push(next)
      wanted = next
    },
  })
  const add = (number: number, check?: (next: readonly number[]) => void) =>
    changes.ask({
      next: (before) => {
        if (before.includes(number)) throw new Error(`${number} is there`)
        return [...before, number]
      },
      ...(check ? { check } : {}),
    })
  return { rounds, changes, add }
}

const outcomes = async (asked: readonly Promise<void>[]) =>
  (await Promise.allSettled(asked)).map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as Error).message))

test('what is asked for together is carried out together, in its order', async () => {
  const { rounds, add } = numbers()
  await Promise.all([add(3), add(1), add(2)])
  expect(rounds).toEqual([[3, 1, 2]])
  await add(4)
  expect(rounds).toEqual([
    [3, 1, 2],
    [3, 1, 2, 4],
  ])
})

test('what is asked for while others are carried out comes next', async () => {
  const { rounds, add } = numbers()
  await Promise.all([add(1), add(2).then(() => add(3)), add(4).then(() => add(5))])
  expect(rounds).toEqual([
    [1, 2, 4],
    [1, 2, 4, 3, 5],
  ])
})

test('each has its own answer: what cannot be takes nobody else down', async () => {
  const { rounds, add } = numbers()
  expect(await outcomes([add(1), add(1), add(2)])).toEqual(['done', '1 is there', 'done'])
  expect(await outcomes([add(7), add(13), add(8)])).toEqual(['done', '13 cannot be carried out', 'done'])
  expect(rounds.at(-1)).toEqual([1, 2, 7, 8])
})

test('a check that several have is made once, of all that is wanted then', async () => {
  const { rounds, add } = numbers()
  const checked: (readonly number[])[] = []
  const check = (next: readonly number[]) => {
    checked.push(next)
    if (next.length > 3) throw new Error('no room')
  }
  await Promise.all([add(1, check), add(2, check)])
  expect(checked).toEqual([[1, 2]])
  expect(await outcomes([add(3, check), add(4, check)])).toEqual(['done', 'no room'])
  expect(rounds.at(-1)).toEqual([1, 2, 3])
})

test('who changes everything alone has a turn, between those who asked before and after', async () => {
  const { rounds, changes, add } = numbers()
  const seen: number[] = []
  const alone = (number: number) =>
    changes.alone(() => {
      seen.push(rounds.length)
      if (number === 13) throw new Error('13 cannot be done')
      return `${number} is done`
    })
  const asked = [add(1), add(2), alone(5), add(3), alone(13), add(4)]
  expect(await Promise.allSettled(asked)).toMatchObject([
    {},
    {},
    { value: '5 is done' },
    {},
    { reason: { message: '13 cannot be done' } },
    { status: 'fulfilled' },
  ])
  expect(seen).toEqual([1, 2])
  expect(rounds).toEqual([
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4],
  ])
})

test('what changes nothing needs no round', async () => {
  const { rounds, changes } = numbers()
  await changes.ask({ next: (wanted) => wanted })
  expect(rounds).toEqual([])
})
