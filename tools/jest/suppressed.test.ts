import { expect, test } from '@jest/globals'
import { explainSuppressed } from './suppressed.ts'

class Stubborn implements Disposable {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  [Symbol.dispose](): void {
    throw new Error(`${this.#name} does not close`)
  }
}

test('the first error is shown, with what came on disposal', () => {
  const error = explainSuppressed(
    thrownBy(() => {
      using _a = new Stubborn('a')
      using _b = new Stubborn('b')
      throw new Error('the count is wrong')
    }),
  ) as Error
  const message =
    'the count is wrong\n\nand then, on disposal: b does not close\n\nand then, on disposal: a does not close'
  expect(error.message).toBe(message)
  expect(error.stack).toContain(message)
  expect(error.stack).toContain('suppressed.test.ts')
})

test('any other error stays as it is', () => {
  const error = new Error('plain')
  expect(explainSuppressed(error)).toBe(error)
  expect(error.message).toBe('plain')
})

function thrownBy(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
