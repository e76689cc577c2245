import { describe as plainDescribe, expect, test } from '@jest/globals'
import type { Need } from './needs.ts'
import { needing, needs } from './needs.ts'

const here: Need = needs.feature('what is there', () => undefined)

test('root, a program in PATH and any feature are tried', () => {
  expect(needs.root.missing() === undefined).toBe(process.geteuid?.() === 0)
  expect(needs.binary('node').missing()).toBeUndefined()
  expect(needs.binary('no-such-program').missing()).toBe('no no-such-program in PATH')
  expect(needs.feature('bonding', () => 'not in this kernel').missing()).toBe('not in this kernel')
})

test('with everything there, tests are registered as they are', () => {
  expect(needing(here)).toEqual({ test: expect.any(Function), describe: expect.any(Function) })
  expect(needing(here).test).toBe((globalThis as { test?: unknown }).test)
})

plainDescribe('what is registered with needs that are met', () => {
  let ran = false
  needing(here).test('runs', () => {
    ran = true
  })
  test('before those after it', () => expect(ran).toBe(true))
})

/** The names under which tests are skipped. */
function skipped(register: () => void): string[] {
  const names: string[] = []
  const global = globalThis as { test?: unknown; describe?: unknown }
  const { test: real, describe: group } = global
  const skip = (name: string): number => names.push(name)
  Object.assign(global, { test: { skip }, describe: { skip } })
  try {
    register()
  } finally {
    Object.assign(global, { test: real, describe: group })
  }
  return names
}

test('a feature that is missing is named with the reason, which only the test knows', () => {
  const bonds = needs.feature('XDP on bonds', () => 'Linux 5.15 (EOPNOTSUPP), or newer')
  expect(skipped(() => needing(bonds).test('a bond', () => {}))).toEqual([
    'a bond (needs XDP on bonds: Linux 5.15 EOPNOTSUPP or newer)',
  ])
})

test('a feature is not tried where something else is missing', () => {
  const untried = needs.feature('XDP', () => {
    throw new Error('tried')
  })
  const asked = needs.binary('no-such-program')
  expect(skipped(() => needing(untried, asked).test('a packet', () => {}))).toEqual([
    'a packet (needs no-such-program)',
  ])
})
