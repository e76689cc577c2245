import { expect, test } from '@jest/globals'
import { testsOf } from './jest.ts'

const passed = { fullName: 'a b', status: 'passed', failureMessages: [] }

test('each test by its file, its full name and what was wrong', () => {
  const results = {
    testResults: [
      {
        name: '/project/packages/x/src/y.test.ts',
        status: 'failed',
        message: '',
        assertionResults: [
          passed,
          { fullName: 'a c', status: 'failed', failureMessages: ['Error: no'] },
          { fullName: 'd (needs root)', status: 'pending', failureMessages: [] },
        ],
      },
    ],
  }
  const file = 'packages/x/src/y.test.ts'
  expect(testsOf(results, '/project')).toEqual([
    { file, name: 'a b', status: 'passed', message: '' },
    { file, name: 'a c', status: 'failed', message: 'Error: no' },
    { file, name: 'd (needs root)', status: 'skipped', message: '' },
  ])
})

test('a file that failed although its tests did not is a failure of its own', () => {
  const file = {
    name: '/project/packages/x/a.test.ts',
    status: 'failed',
    message: 'left behind',
    assertionResults: [passed],
  }
  expect(testsOf({ testResults: [file] }, '/project')).toMatchObject([
    { name: 'a b', status: 'passed' },
    { name: '', status: 'failed', message: 'left behind' },
  ])
})
