import { expect, test } from '@jest/globals'
import { testsOf } from './keeping-reporter.ts'

const passed = { fullName: 'a b', status: 'passed', failureMessages: [] } as const

test('each test by its file, its full name and what was wrong', () => {
  const ended = {
    testFilePath: '/project/packages/x/src/y.test.ts',
    failureMessage: 'all of it',
    testResults: [
      passed,
      { fullName: 'a c', status: 'failed', failureMessages: ['Error: no'] },
      { fullName: 'd (needs root)', status: 'pending', failureMessages: [] },
    ],
  } as const
  const file = 'packages/x/src/y.test.ts'
  expect(testsOf(ended, '/project')).toEqual([
    { file, name: 'a b', status: 'passed', message: '' },
    { file, name: 'a c', status: 'failed', message: 'Error: no' },
    { file, name: 'd (needs root)', status: 'skipped', message: '' },
  ])
})

test('a file that failed although its tests did not is a failure of its own', () => {
  const ended = { testFilePath: '/project/packages/x/a.test.ts', failureMessage: 'left behind', testResults: [passed] }
  expect(testsOf(ended, '/project')).toMatchObject([
    { name: 'a b', status: 'passed' },
    { name: '', status: 'failed', message: 'left behind' },
  ])
})
