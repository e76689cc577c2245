import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { addonPath } from '../sys/addon.ts'
import { errorOf } from '../testing/code.ts'
import { describeWith } from '../testing/needs.ts'
import { symbolOffset } from './elf-symbol.ts'

describeWith(['binutils'], 'the place of a function in a file', () => {
  test('is where nm and objdump say', () => {
    const symbol = 'napi_register_module_v1'
    const address = execFileSync('nm', ['-D', '--defined-only', addonPath()], { encoding: 'utf8' })
      .split('\n')
      .find((line) => line.endsWith(` ${symbol}`))
      ?.split(' ')[0]
    const text = execFileSync('objdump', ['-h', '-j', '.text', addonPath()], { encoding: 'utf8' })
    const [, , start, , fileOffset] = /\.text\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)/.exec(text) ?? []
    const expected = BigInt(`0x${address}`) - BigInt(`0x${start ?? ''}`) + BigInt(`0x${fileOffset ?? ''}`)
    expect(symbolOffset(addonPath(), symbol, 'test')).toBe(expected)
  })
})

test('a file cut short is refused, not read beyond', () => {
  expect(errorOf(() => symbolOffset('/proc/self/comm', 'f', 'test'))?.code).toBe('NOT_FOUND')
  expect(errorOf(() => symbolOffset('/dev/null', 'f', 'test'))?.code).toBe('NOT_FOUND')
})
