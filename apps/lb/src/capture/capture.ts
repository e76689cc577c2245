import { openNetlink } from 'netlink-ts'
import { hasLiveLinks, requireSameNamespace } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { deviceNamer, knownDevices } from './output/devices.ts'
import type { Output } from './output/output.ts'
import { PcapngOutput } from './output/pcapng.ts'
import { textOutput } from './output/text.ts'
import { parseFilter } from './filter/parse.ts'
import { CaptureSession, type CaptureBounds, type CaptureCounts } from './session.ts'
import { readFrontends } from './services.ts'
import { openSink } from './sink.ts'

/** What to capture, and where to. */
export interface CaptureOptions extends CaptureBounds {
  readonly filter: string
  /** A file for pcapng, `-` for standard output; without it, lines of text on standard output. */
  readonly write?: string | undefined
  /** The capture has begun: packets from now on are seen. */
  readonly onBegin?: () => void
}

/** Captures until a bound is reached or the signal aborts. */
export async function capture(
  paths: InstancePaths,
  { filter: text, write, onBegin, ...bounds }: CaptureOptions,
  signal: AbortSignal,
): Promise<CaptureCounts> {
  requireSameNamespace(paths, () => hasLiveLinks(paths))
  const filter = parseFilter(text, readFrontends(paths))
  const output = outputTo(write, bounds.snaplen)
  using session = new CaptureSession(paths, filter, bounds)
  using sink = openSink(write)
  onBegin?.()
  for await (const frame of session.frames(signal)) if (!sink.write(output.frame(frame))) return session.counts
  sink.write(output.end(session.counts))
  return session.counts
}

function outputTo(write: string | undefined, snaplen: number): Output {
  using netlink = openNetlink()
  const nameOf = deviceNamer(knownDevices(netlink))
  return write === undefined ? textOutput(nameOf) : new PcapngOutput(nameOf, snaplen)
}
