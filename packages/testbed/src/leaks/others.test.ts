import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { ownName, runMark } from '../own-name.ts'
import { isAnothers } from './others.ts'

const nobody = { runs: new Set<number>() }
const somebody = { runs: new Set([1]) }
const ours = Number(process.env[runMark])

test('a name of ours is ours, also while another test run is under way', () => {
  for (const company of [nobody, somebody]) {
    expect(isAnothers(ownName('skep'), company)).toBe(false)
    expect(isAnothers(`/sys/fs/bpf/${ownName('skep')}/maps`, company)).toBe(false)
    expect(isAnothers(`skep-1-run${ours}-ab1-client`, company)).toBe(false)
    expect(isAnothers(`skep-${process.pid}-ab1-client`, company)).toBe(false)
  }
})

test('a name of another test run is that one’s, also when it has ended and nobody of it lives', () => {
  for (const company of [nobody, somebody]) {
    expect(isAnothers(`skep-${process.pid}-run1-ab1-client`, company)).toBe(true)
    expect(isAnothers(`/sys/fs/bpf/skep-test-77-run${ours}1/maps`, company)).toBe(true)
  }
})

test('a name without a number is ours unless another test run was under way', () => {
  expect(isAnothers('blue', nobody)).toBe(false)
  expect(isAnothers('blue', somebody)).toBe(true)
})

test('a name with the number of another Node process that lives is that one’s', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log()'], { stdio: 'pipe' })
  await once(child.stdout, 'data')
  expect(isAnothers(`skep-${child.pid}-ab1-client`, nobody)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAnothers(`skep-${child.pid}-ab1-client`, nobody)).toBe(false)
})
