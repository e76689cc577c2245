import { expect, test } from '@jest/globals'
import { ownName, thisOwner } from '../own-name.ts'
import { isAnothers } from './others.ts'

const nobody = { runs: new Set<number>() }
const somebody = { runs: new Set([1]) }

test('a name of ours is ours, also while another test run is under way', () => {
  for (const company of [nobody, somebody]) {
    expect(isAnothers(ownName('skep'), company)).toBe(false)
    expect(isAnothers(`/sys/fs/bpf/${ownName('skep')}/maps`, company)).toBe(false)
    expect(isAnothers(`skep-99999-${thisOwner()}-ab1-client`, company)).toBe(false)
    expect(isAnothers(`skep-${process.pid}-ab1-client`, company)).toBe(false)
  }
})

test('a name of another test run is that one’s, also when it has ended and nobody of it lives', () => {
  for (const company of [nobody, somebody]) {
    expect(isAnothers(`skep-${process.pid}-run1w1-ab1-client`, company)).toBe(true)
    expect(isAnothers(`/sys/fs/bpf/skep-test-99999-${thisOwner()}1/maps`, company)).toBe(true)
  }
})

test('a name of another worker of this run is that one’s: it runs another file', () => {
  const other = thisOwner()?.replace(/w\d+$/, 'w77')
  expect(isAnothers(`/sys/fs/bpf/skep-test-99999-${other}`, nobody)).toBe(true)
})

test('a name with the number of another process is that one’s, alive or not', () => {
  expect(isAnothers('skep-4194305-ab1-client', nobody)).toBe(true)
  expect(isAnothers(`/sys/fs/bpf/mine-${process.ppid}`, nobody)).toBe(true)
})

test('a name without a number is ours unless another test run was under way', () => {
  expect(isAnothers('blue', nobody)).toBe(false)
  expect(isAnothers('/sys/fs/bpf/skep/links/eth0', nobody)).toBe(false)
  expect(isAnothers('blue', somebody)).toBe(true)
})
