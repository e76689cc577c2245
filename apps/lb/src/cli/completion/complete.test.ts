import { expect, test } from '@jest/globals'
import { program } from '../program.ts'
import { complete } from './complete.ts'

const root = program('0.0.0')
const known: Readonly<Record<string, readonly string[]>> = { service: ['web', 'dns'], backend: ['10.1.0.11:8080'] }
const asked: [string, ...string[]][] = []

function offered(...words: string[]): string[] {
  const names = (kind: string, said: ReadonlyMap<string, string>) => {
    asked.push([kind, ...Array.from(said, ([key, value]) => `${key}=${value}`)])
    return known[kind] ?? []
  }
  return complete(root, words, names).map(({ value }) => value)
}

test.each<[string[], string[]]>([
  [['st'], ['status']],
  [
    ['get', 'b'],
    ['backends', 'bgp'],
  ],
  [
    ['explain', ''],
    ['flow', 'service', 'neighbor', 'help'],
  ],
  [['get', 'services', '--out'], ['--output']],
  [
    ['get', 'services', '-o', ''],
    ['table', 'wide', 'json', 'yaml'],
  ],
  [['get', 'services', '-o', 'js'], ['json']],
  [['get', 'services', '--output=y'], ['--output=yaml']],
  [['get', 'backends', '--service', 'w'], ['web']],
  [['get', 'connections', '--backend', ''], ['10.1.0.11:8080']],
  [
    ['explain', 'service', ''],
    ['web', 'dns'],
  ],
  [['drain', 'web', ''], ['10.1.0.11:8080']],
  [['plan', '--services', ''], []],
  [['nonsense', ''], []],
  [['completion', 'z'], ['zsh']],
])('after %j', (words, wanted) => {
  expect(offered(...words)).toEqual(wanted)
})

test('hidden commands are not offered', () => {
  expect(offered('')).toEqual(expect.arrayContaining(['run', 'check', 'get', 'explain', 'plan', 'top', 'completion']))
  expect(offered('__')).toEqual([])
})

test('what was said before goes along: the instance, and the service whose backends are asked for', () => {
  asked.length = 0
  offered('drain', '--instance', 'edge', '--run-dir=/r', 'web', '')
  expect(asked).toEqual([['backend', 'instance=edge', 'run-dir=/r', 'service=web']])
})
