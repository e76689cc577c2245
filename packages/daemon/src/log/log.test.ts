import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { openLog, textDestination } from './log.ts'
import { readable } from './readable.ts'

function lines(words: boolean): { log: ReturnType<typeof openLog>; written: string[] } {
  const written: string[] = []
  const write = (line: string) => void written.push(line)
  const options = { level: 'info', about: { instance: 'edge' } } as const
  return { log: openLog(options, words ? textDestination(write, options.about) : { write }), written }
}

test('for programs: one JSON document a line, with the same fields everywhere', () => {
  const { log, written } = lines(false)
  log.info({ device: 'eth0', mode: 'native' }, 'device attached')
  log.debug('nobody asked')
  expect(written).toHaveLength(1)
  expect(written[0]).toMatch(/\}\n$/)
  expect(JSON.parse(written[0]!)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    instance: 'edge',
    device: 'eth0',
    mode: 'native',
    msg: 'device attached',
  })
})

test('for people: the clock, the level, what happened, to what', () => {
  const { log, written } = lines(true)
  log.warn({ device: 'br0', reason: 'the driver has no XDP' }, 'device attached')
  log.error({ err: new Error('no such device') }, 'could not follow')
  const clock = /^\d\d:\d\d:\d\d /
  expect(written.every((line) => clock.test(line))).toBe(true)
  expect(written.map((line) => line.replace(clock, ''))).toEqual([
    'warn  device attached  device=br0 reason="the driver has no XDP"\n',
    'error could not follow  err="no such device"\n',
  ])
})

test.each([
  ['two lines', 'a\nb', String.raw`x="a\nb"`],
  ['an escape sequence', '\u001B[31m', String.raw`x="\u001b[31m"`],
  ['a list', ['a', 'b'], "x=[ 'a', 'b' ]"],
  ['nothing', null, 'x=null'],
])('%s stays on one line', (_what, x, expected) => {
  expect(readable({ level: 'info', time: '2026-01-01T12:00:01.000Z', msg: 'm', x })).toBe(
    `12:00:01 info  m  ${expected}`,
  )
})

const speak = `import(${JSON.stringify(import.meta.resolve('./log.ts'))}).then(({ openLog }) => openLog({ level: 'info', about: { instance: 'edge' } }).info('running'))`

test('into a pipe it is JSON', () => {
  const { stderr } = spawnSync(process.execPath, ['--conditions=@skep/source', '-e', speak], { encoding: 'utf8' })
  expect(JSON.parse(stderr)).toMatchObject({ level: 'info', instance: 'edge', msg: 'running' })
})

needing(needs.binary('script')).test('on a terminal it is text', () => {
  const command = `'${process.execPath}' --conditions=@skep/source -e '${speak.replaceAll("'", String.raw`'\''`)}'`
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' })
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d info  running\r?\n$/)
})
