import type { IncomingMessage } from 'node:http'
import { HttpProblem } from './problem.ts'

/** A configuration with 100,000 backends has about 5 MB. */
export const MOST_BODY_BYTES: number = 16 * 2 ** 20

/** The text of a request's body. Throws {@link HttpProblem} for one that is too large, cut off or not UTF-8. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MOST_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error
    throw new HttpProblem(400, 'the body ended early; send it whole')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new HttpProblem(400, 'the body is not UTF-8')
  }
}

function tooLarge(): HttpProblem {
  return new HttpProblem(413, `the body is too large; ${MOST_BODY_BYTES / 2 ** 20} MB are the most`)
}
