import { parentPort } from 'node:worker_threads'
import { emit, serveCalls } from '../thread/rpc.ts'
import type { TrafficOptions } from './options.ts'
import type { TrafficReport } from './report.ts'
import { runTraffic } from './run.ts'

const port = parentPort
if (port) {
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  const run = (options: TrafficOptions): Promise<TrafficReport> =>
    runTraffic(options, { signal: stopped.signal, onProgress: (progress) => emit(port, 'progress', progress) })
  serveCalls(port, { run, stop }, stop)
}
