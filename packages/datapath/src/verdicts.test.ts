import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Verdict } from './lb_xdp.gen.ts'
import { verdictsByIndex } from './verdicts.ts'

test('the table and the enum are the same list', () => {
  const { VERDICT_GO_ON, VERDICT_COUNT, ...outcomes } = Verdict
  expect(VERDICT_GO_ON).toBe(0)
  expect(VERDICT_COUNT).toBe(verdictsByIndex.length)
  expect(Object.entries(outcomes)).toEqual(
    verdictsByIndex.flatMap((info, index) => (info ? [[`VERDICT_${info.name}`, index]] : [])),
  )
})

test('names begin with what becomes of the packet', () => {
  const actions = { PASS: 'PASS', TX: 'TX', REDIRECT: 'REDIRECT', STACK: 'PASS', REPLY: 'TX', DROP: 'DROP' }
  for (const info of verdictsByIndex) {
    if (info) expect(info.action).toBe(actions[info.name.split('_')[0] as keyof typeof actions])
  }
})

/** As a test expects it: quoted. Whether the test can fail is for its reader; that there is one is for this. */
test('each is expected by a test', () => {
  const here = import.meta.dirname
  const files = globSync('{src,test}/**/*.ts', { cwd: join(here, '..') })
    .filter((file) => file.endsWith('.test.ts') || file.startsWith('test/'))
    .filter((file) => join(here, '..', file) !== import.meta.filename)
  const text = files.map((file) => readFileSync(join(here, '..', file), 'utf8')).join('\n')
  const names = verdictsByIndex.flatMap((info) => (info ? [info.name] : []))
  expect(names.filter((name) => !text.includes(`'${name}'`))).toEqual([])
})
