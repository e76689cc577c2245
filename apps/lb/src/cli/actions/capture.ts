import { capture } from '../../capture/capture.ts'
import { requirePrivileges } from '../../host/preflight.ts'
import { instancePaths } from '../../instance/paths.ts'
import type { CaptureFlags } from '../capture.ts'

/** `skep-lb capture` */
export async function showPackets(filter: string, options: CaptureFlags): Promise<void> {
  requirePrivileges()
  const { write, count, snaplen, seconds, sample } = options
  const onBegin = (): void => console.error(`capturing for ${seconds} s at most; Ctrl-C ends it`)
  const bounds = { count, snaplen, seconds, sample }
  const counts = await capture(instancePaths(options), { filter, write, onBegin, ...bounds }, endSignal())
  const lost = counts.lost > 0n ? `, ${counts.lost} frames lost for want of room: narrow the filter, or --sample` : ''
  console.error(`${counts.packets} packets${lost}`)
}

function endSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort())
  return controller.signal
}
