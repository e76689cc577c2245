import { type Answer, type Place, type Question, serve, text } from '@skep/control-socket'
import { CONTENT_TYPE } from './render.ts'

/** A scraper that sends no request, or does not read the answer, is cut off after so long. */
const PATIENCE_MS = 10_000

/** The part of a log that is needed. */
export interface ErrorLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** Serves `/metrics` until it is disposed of. `read`: the text that Prometheus reads. Throws where it cannot listen. */
export function serveMetrics(place: Place, read: () => Promise<string>, log: ErrorLog): Promise<AsyncDisposable> {
  return serve(place, (question) => answer(question, read, log), {
    requestMs: PATIENCE_MS,
    headersMs: PATIENCE_MS,
    idleMs: PATIENCE_MS,
  })
}

async function answer({ what }: Question, read: () => Promise<string>, log: ErrorLog): Promise<Answer> {
  const [method, path] = what.split(' ')
  if (path !== '/metrics') return plain(404, 'metrics are at /metrics\n')
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'use GET\n')
  try {
    return text(await read(), CONTENT_TYPE)
  } catch (error) {
    log.error({ err: error }, 'metrics cannot be read')
    return plain(500, `metrics cannot be read: ${(error as Error).message}\n`)
  }
}

function plain(status: number, body: string): Answer {
  return text(body, undefined, status)
}
