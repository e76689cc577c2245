import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Piece, pieceName, type TestResult, type Work } from '../guest/job.ts'
import { Kept } from './kept.ts'
import { Sums } from './sum.ts'

let root: string
let kept: Kept

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skep-kept-'))
  kept = new Kept(root, '6.1.176')
})

afterEach(() => rmSync(root, { recursive: true }))

const [good, bad, other] = ['packages/x/src/good.test.ts', 'packages/x/src/bad.test.ts', 'packages/x/src/other.test.ts']
const job: Work = { objects: ['lb.bpf.o'], sum: 'p', tests: [good, bad, other].map((file) => ({ file, sum: 's' })) }

function leave(file: string | undefined, piece: Partial<Piece>): void {
  const whole = { loads: [], tests: [], needs: {}, sum: 's', seconds: 1, ...piece }
  writeFileSync(join(kept.folder, pieceName(file)), JSON.stringify(whole))
}

function result(file: string, status: TestResult['status']): TestResult {
  return { file, name: 'works', status, message: '' }
}

test('what passed is not run again, what failed and what was never run is', () => {
  leave(undefined, { sum: 'p', loads: [{ program: 'lb/lb', instructions: 7 }] })
  leave(good, { tests: [result(good, 'passed')] })
  leave(bad, { tests: [result(bad, 'failed')] })
  expect(kept.missing(job)).toEqual({ ...job, objects: [], tests: job.tests.slice(1) })
  expect(kept.unknown(job)).toEqual({ ...job, objects: [], tests: job.tests.slice(2) })
  expect(kept.collect(job)).toMatchObject({
    result: { loads: [{ program: 'lb/lb' }], tests: [{ status: 'passed' }, { status: 'failed' }] },
    unknown: [other],
  })
})

test('results of what has changed since are none', () => {
  leave(good, { sum: 'before', tests: [result(good, 'passed')] })
  expect(kept.missing(job).tests).toEqual(job.tests)
  expect(kept.collect(job).unknown).toEqual(['the programs', good, bad, other])
})

test('before a run anew they are forgotten', () => {
  leave(good, {})
  kept.forget(job)
  expect(kept.unknown(job).tests).toEqual(job.tests)
})

test('a sum follows the test, its package and those below; not other tests, nor packages above', () => {
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('package-lock.json', '{}')
  write('jest.config.ts', '')
  write('packages/testbed/package.json', '{ "name": "testbed" }')
  write('packages/low/package.json', '{ "name": "low" }')
  write('packages/x/package.json', '{ "name": "x", "dependencies": { "low": "1" } }')
  write('packages/high/package.json', '{ "name": "high", "dependencies": { "x": "1" } }')
  write(good, 'test()')
  const sum = (): string => new Sums(root).ofTest(good)
  const first = sum()
  write(other, 'test()')
  write('packages/high/src/a.ts', 'a')
  expect(sum()).toBe(first)
  for (const path of [
    good,
    'packages/x/src/a.ts',
    'packages/low/src/a.ts',
    'packages/testbed/src/a.ts',
    'package-lock.json',
  ]) {
    const before = sum()
    write(path, 'changed')
    expect([path, sum() === before]).toEqual([path, false])
  }
})
