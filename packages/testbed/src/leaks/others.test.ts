import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { mayBeAnothers } from './others.ts'

const nobody = new Set<number>()

test('a name with our number is ours, also while another test run is under way', () => {
  expect(mayBeAnothers(`skep-${process.pid}-ab1-client`, nobody)).toBe(false)
  expect(mayBeAnothers(`skep-${process.pid}-ab1-client`, new Set([1]))).toBe(false)
})

test('a name without a number is ours unless another test run is under way', () => {
  expect(mayBeAnothers('blue', nobody)).toBe(false)
  expect(mayBeAnothers('blue', new Set([1]))).toBe(true)
})

test('a name with the number of another Node process that lives is that one’s', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log()'], { stdio: 'pipe' })
  await once(child.stdout, 'data')
  expect(mayBeAnothers(`skep-${child.pid}-ab1-client`, nobody)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(mayBeAnothers(`skep-${child.pid}-ab1-client`, nobody)).toBe(false)
})
