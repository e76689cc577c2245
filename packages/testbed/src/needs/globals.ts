import { TestbedError } from '../error.ts'

type Body = () => void | Promise<void>
type Register = (name: string, body: Body, timeoutMs?: number) => void
type RegisterGroup = (name: string, body: () => void) => void

/** The part of Jest that the testbed registers tests with. */
export interface TestGlobals {
  readonly test: Register & { readonly skip: Register }
  readonly describe: RegisterGroup & { readonly skip: RegisterGroup }
}

/**
 * Jest's own, from the test file that calls. `@jest/globals` cannot be imported here: the demo and the benchmarks use
 * the testbed outside Jest.
 */
export function testGlobals(): TestGlobals {
  const { test, describe } = globalThis as Partial<TestGlobals>
  if (test && describe) return { test, describe }
  throw new TestbedError('NOT_READY', 'register tests', 'there is no Jest here; call this from a test file')
}
