import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { untilLine } from './until-line.ts'

test('the first line that matches, also when it comes in pieces', async () => {
  const stream = new PassThrough()
  const line = untilLine(stream, /^ready/)
  stream.write('starting\nrea')
  stream.write('dy on port 80\nready again\n')
  expect(await line).toBe('ready on port 80')
})

test('the stream flows on afterwards', async () => {
  const stream = new PassThrough()
  const line = untilLine(stream, /a/)
  stream.write('a\n')
  await line
  const next = untilLine(stream, /b/)
  stream.write('b\n')
  expect(await next).toBe('b')
})

test('an end or too long a silence is told with what was said', async () => {
  const ended = new PassThrough()
  const line = untilLine(ended, /ready/)
  ended.end('failed: no device\n')
  await expect(line).rejects.toThrow('await a line like /ready/: the stream ended; it said:\nfailed: no device')
  await expect(untilLine(new PassThrough(), /ready/, 10)).rejects.toThrow('not within 10 ms; it said nothing')
  await expect(untilLine(null, /ready/)).rejects.toThrow('spawn with stdio "pipe"')
})
