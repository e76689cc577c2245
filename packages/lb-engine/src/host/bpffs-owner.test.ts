import { chmodSync, chownSync, mkdirSync, rmdirSync, statfsSync, symlinkSync, unlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import { needing, needs, ownName } from '@skep/testbed'
import { ensureBpffs } from './bpffs.ts'

const { test } = needing(needs.root)
const root = `/sys/fs/bpf/${ownName('skep-test-owner')}`
const pins = `${root}/default`

describe('a folder for pins', () => {
  beforeAll(() => ensureBpffs(pins))
  afterAll(() => [pins, root].forEach((folder) => rmdirSync(folder)))

  test('is taken when it is ours', () => {
    expect(statfsSync(pins).type).toBe(0xcafe4a11)
    expect(() => ensureBpffs(pins)).not.toThrow()
  })

  test('that another user made is refused, or one below such a folder, with what to do', () => {
    for (const folder of [pins, root]) {
      chownSync(folder, 12345, 0)
      try {
        expect(() => ensureBpffs(pins)).toThrow(
          `${folder} belongs to user 12345, who could unlink what is pinned there`,
        )
      } finally {
        chownSync(folder, 0, 0)
      }
    }
  })

  test('that others may write to is refused, with what to do', () => {
    for (const mode of [0o777, 0o770, 0o1777]) {
      chmodSync(root, mode)
      try {
        expect(() => ensureBpffs(pins)).toThrow(`(chmod go-w ${root}), or use another --bpf-root`)
      } finally {
        chmodSync(root, 0o700)
      }
    }
  })

  test('is not a link to somewhere else', () => {
    const other = `${root}/other`
    mkdirSync(other)
    symlinkSync(other, `${root}/link`)
    try {
      expect(() => ensureBpffs(`${root}/link`)).toThrow(`${root}/link is no folder`)
    } finally {
      unlinkSync(`${root}/link`)
      rmdirSync(other)
    }
  })
})
