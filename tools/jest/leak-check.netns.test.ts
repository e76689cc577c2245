import { unlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { deleteNamespace } from 'netlink-ts'
import type { FixtureRun } from './fixtures/run.ts'
import { runFixtures } from './fixtures/run.ts'

let run: FixtureRun

beforeAll(() => {
  run = runFixtures('leaks')
}, 60_000)

afterAll(() => {
  for (const pid of found(/process (\d+): sleep 100\d/g)) process.kill(Number(pid))
  for (const name of found(/network namespace (skep-leak-[\w-]+)/g)) deleteNamespace(name)
  for (const path of found(/pin (\/sys\/fs\/bpf\/skep-leak-[\w-]+)/g)) unlinkSync(path)
})

function found(pattern: RegExp): Set<string> {
  return new Set([...run.output.matchAll(pattern)].map(([, what = '']) => what))
}

/** What Jest printed about one fixture. */
function report(fixture: string): string {
  const reports = run.output.split(/^(?=PASS |FAIL )/m)
  return reports.find((each) => each.split('\n', 1)[0]?.includes(`${fixture}.fixture.ts`)) ?? ''
}

test('a file that leaves nothing behind passes, every other fails, and so does the run', () => {
  expect(report('clean')).toMatch(/^PASS/)
  expect(run.code).toBe(1)
  expect(run.lastLine).toBe('Tests: 9 passed, 8 failed, 0 skipped')
})

test.each([
  ['descriptor', /fd \d+: \/etc\/hostname/],
  ['socket', /fd \d+: netlink socket/],
  ['socket', /"kind":"socket"/],
  ['program', /fd \d+: anon_inode:bpf-prog prog_type 6 prog_id \d+/],
  ['program', /"kind":"map".*"name":"reflected"/],
  ['mapping', /"kind":"mapping".*"name":"reflected"/],
  ['namespace', /network namespace skep-leak-\d+/],
  ['pin', /pin \/sys\/fs\/bpf\/skep-leak-\d+/],
  ['process', /process \d+: sleep 1001/],
  ['orphan', /process \d+: sleep 1002/],
])('a leaked %s is named: %s', (fixture, what) => {
  expect(report(fixture)).toMatch(/^FAIL/)
  expect(report(fixture)).toMatch(what)
})

test('what is closed in afterAll is no leak', () => {
  expect(report('program')).toMatch(/fd \d+: anon_inode:bpf-prog/)
  expect(report('program').match(/fd \d+: anon_inode:bpf-prog/g)).toHaveLength(1)
})
