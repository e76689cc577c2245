import type { Client, ClientHooks } from './client.ts'
import { reasonOf } from './client.ts'
import { httpClient } from './http-client.ts'
import { runLanes } from './lanes.ts'
import type { TrafficOptions } from './options.ts'
import { checkTraffic } from './options.ts'
import { TrafficRecorder } from './recorder.ts'
import type { TrafficProgress, TrafficReport } from './report.ts'
import { RequestFailure } from './report.ts'
import { tcpClient } from './tcp-client.ts'
import { udpClient } from './udp-client.ts'

export interface RunHooks {
  readonly onProgress?: (progress: TrafficProgress) => void
  /** Starts no more requests; those under way still end. */
  readonly signal?: AbortSignal
}

/** Runs traffic from this thread's network namespace. Throws `TestbedError` for options that cannot be run. */
export async function runTraffic(options: TrafficOptions, hooks: RunHooks = {}): Promise<TrafficReport> {
  checkTraffic(options)
  const recorder = new TrafficRecorder()
  const client = clientFor(options, { connected: () => recorder.connected() })
  const timer = setInterval(() => hooks.onProgress?.(recorder.progress()), options.progressMs ?? 100)
  try {
    await runLanes(
      withinPorts(options),
      (lane) => attempt(client, lane, recorder),
      hooks.signal ?? new AbortController().signal,
    )
  } finally {
    clearInterval(timer)
    client.close()
  }
  hooks.onProgress?.(recorder.progress())
  return recorder.report()
}

async function attempt(client: Client, lane: number, recorder: TrafficRecorder): Promise<void> {
  const startedAt = performance.now()
  try {
    recorder.succeeded(await client.request(lane), startedAt)
  } catch (error) {
    const failure = error instanceof RequestFailure ? error : new RequestFailure('connect', reasonOf(error))
    recorder.failed(failure, startedAt)
    await pause()
  }
}

/** What is refused at once would otherwise be tried again thousands of times a second. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

function withinPorts(options: TrafficOptions): TrafficOptions {
  if (options.protocol === 'http' || options.sourcePorts === undefined) return options
  const [first, last] = options.sourcePorts
  return { ...options, concurrency: Math.min(options.concurrency ?? 1, last - first + 1) }
}

function clientFor(options: TrafficOptions, hooks: ClientHooks): Client {
  if (options.protocol === 'http') return httpClient(options, hooks)
  return options.protocol === 'tcp' ? tcpClient(options, hooks) : udpClient(options, hooks)
}
