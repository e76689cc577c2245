import { serve, text } from '@skep/control-socket'
import { placeOf } from '../options/checks.ts'

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** `/metrics`, for Prometheus. */
export function serveMetrics(address: string, metrics: () => Promise<string>): Promise<AsyncDisposable> {
  return serve(placeOf(address), async ({ what }) =>
    what === 'GET /metrics' ? text(await metrics(), TYPE) : undefined,
  )
}
