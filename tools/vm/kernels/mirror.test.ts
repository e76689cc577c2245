import { expect, test } from '@jest/globals'
import { mirrorOf, sources } from './mirror.ts'

test('the mirror is the one that the machine’s own sources have Debian from', () => {
  const targets = [
    'Other|Other|main|https://packages.example/debian/',
    'Debian|Debian-Security|main|https://mirror.example/debian-security/',
    'Debian|Debian|contrib|https://mirror.example/contrib/',
    'Debian|Debian|main|https://mirror.example/debian/',
  ]
  expect(mirrorOf(targets.join('\n'))).toBe('https://mirror.example/debian/')
})

test('before the first update it is told by its path', () => {
  const targets = '||main|https://mirror.example/debian-security/\n||main|https://mirror.example/debian/'
  expect(mirrorOf(targets)).toBe('https://mirror.example/debian/')
})

test('elsewhere there is none', () => {
  expect(mirrorOf('Ubuntu|Ubuntu|main|https://mirror.example/ubuntu/')).toBeUndefined()
  expect(mirrorOf('')).toBeUndefined()
})

test('only lists of packages are fetched from it', () => {
  expect(sources('https://mirror.example/debian/')).toMatch(
    /^URIs: https:\/\/mirror\.example\/debian\/$[\s\S]*^Targets: Packages$/m,
  )
})
