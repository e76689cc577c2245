import { expect, test } from '@jest/globals'
import { runFixtures } from './fixtures/run.ts'

test('skips with a reason are listed, skips that could have run fail the run, and the counts close it', () => {
  const { code, output, lastLine } = runFixtures('skips')
  expect(output).toContain('1 skipped for want of no-such-program\n')
  expect(output).toContain('1 skipped for want of bonding: the kernel was built without\n')
  expect(output).toContain('  no-such-program: no no-such-program in PATH\n')
  expect(output).toContain('a group is skipped without a reason: skipped without saying what it needs')
  expect(output).toContain('another (needs node) could have run: skipped, but this machine has node')
  expect(lastLine).toBe('Tests: 1 passed, 2 failed, 2 skipped')
  expect(code).toBe(1)
}, 60_000)

test('a project whose needs are not met is skipped whole, with the reason', () => {
  const options = JSON.stringify({ needs: ['node', 'no-such-program'] })
  const { code, output, lastLine } = runFixtures('needs', `--testEnvironmentOptions=${options}`)
  expect(output).toContain('2 skipped for want of no-such-program\n  no-such-program: no no-such-program in PATH')
  expect([code, lastLine]).toEqual([0, 'Tests: 0 passed, 0 failed, 2 skipped'])
}, 60_000)

test('who names the tests to run skips the others on purpose', () => {
  const { code, lastLine } = runFixtures('skips', '--testNamePattern', '^runs$')
  expect([code, lastLine]).toEqual([0, 'Tests: 1 passed, 0 failed, 4 skipped'])
}, 60_000)

test('a run that something keeps from ending ends, and has failed', () => {
  const { code, output, lastLine } = runFixtures('stuck')
  expect(output).toContain('kept the run from ending')
  expect([code, lastLine]).toEqual([1, 'Tests: 1 passed, 1 failed, 0 skipped'])
}, 60_000)
