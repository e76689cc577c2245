import { expect, test } from '@jest/globals'
import { cpio } from './cpio.ts'

const text = (value: string): Uint8Array => Buffer.from(value)

/** Reads an archive back: path, type and permissions, contents. */
function entries(archive: Buffer): [path: string, mode: string, contents: string][] {
  const found: [string, string, string][] = []
  for (let at = 0; at < archive.length;) {
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16)
    expect(archive.toString('latin1', at, at + 6)).toBe('070701')
    const name = archive.toString('utf8', at + 110, at + 110 + field(11) - 1)
    const data = (at + 110 + field(11) + 3) & ~3
    found.push([name, field(1).toString(8), archive.toString('utf8', data, data + field(6))])
    at = (data + field(6) + 3) & ~3
  }
  return found
}

test('folders come before what is in them, then files, programs and links, then the end', () => {
  const archive = cpio([
    { path: 'init', data: text('#!/bin/sh\n'), kind: 'program' },
    { path: 'a/b/c', data: text('12345') },
    { path: 'a/link', data: text('b/c'), kind: 'link' },
  ])
  expect(entries(archive)).toEqual([
    ['a', '40755', ''],
    ['a/b', '40755', ''],
    ['init', '100755', '#!/bin/sh\n'],
    ['a/b/c', '100644', '12345'],
    ['a/link', '120777', 'b/c'],
    ['TRAILER!!!', '0', ''],
  ])
})
