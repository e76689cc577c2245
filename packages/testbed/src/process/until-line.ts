import type { Readable } from 'node:stream'
import { TestbedError } from '../error.ts'
import { patient } from '../patience.ts'

/**
 * Resolves with the first line of a stream that matches. The stream flows on. Rejects with what was said instead when
 * it ends first, or when the time is over.
 *
 *     const lb = net.lb.spawn('skep-lb', ['run'])
 *     await untilLine(lb.stdout, /ready/)
 */
export function untilLine(
  stream: Readable | null,
  pattern: RegExp,
  timeoutMs: number = patient(25_000),
): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    let pending = ''
    const fail = (trouble: string): void => {
      settle()
      const rest = said === '' ? 'it said nothing' : `it said:\n${said}`
      reject(new TestbedError('NOT_READY', `await a line like ${String(pattern)}`, `${trouble}; ${rest}`))
    }
    const onEnd = (): void => fail('the stream ended')
    const onData = (chunk: Buffer | string): void => {
      said += chunk.toString()
      const lines = (pending + chunk.toString()).split('\n')
      pending = lines.pop() ?? ''
      const line = lines.find((each) => pattern.test(each))
      if (line === undefined) return
      settle()
      resolve(line)
    }
    const timer = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs)
    const settle = (): void => {
      clearTimeout(timer)
      stream?.off('data', onData).off('end', onEnd).off('close', onEnd)
      stream?.resume()
    }
    if (stream === null) fail('there is no stream: spawn with stdio "pipe"')
    stream?.on('data', onData).once('end', onEnd).once('close', onEnd)
  })
}
