import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LbTcCapture, openLbTcCapture } from '@skep/datapath/lb-tc-capture'
import { type LbXdpCapture, openLbXdpCapture } from '@skep/datapath/lb-xdp-capture'
import { BpfError, MapHandle, type MapSpec } from 'libbpf-ts'
import { LbError, programPin, readProgram } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** Loads the capturing program for XDP over the instance's pinned maps, with its configuration. Attaches nothing, pins nothing. */
export function loadCapture(paths: InstancePaths): LbXdpCapture {
  using spec = openLbXdpCapture()
  spec.programs.lbXdp.autoload = false
  overPinned(paths, spec)
  return orOtherVersion(() => spec.load())
}

/** Loads the one for tc over the same maps, and over the other's own: both tell of packets in one ring, by one filter. */
export function loadTcCapture(paths: InstancePaths, { maps }: LbXdpCapture): LbTcCapture {
  using spec = openLbTcCapture()
  spec.programs.lbTc.autoload = false
  overPinned(paths, spec)
  for (const name of ['captureFilters', 'captureFrames', 'captureLost', 'captureRing'] as const)
    spec.maps[name].reuse(maps[name])
  return orOtherVersion(() => spec.load())
}

/** What to say where there is nothing to look at. */
export function notInstalled(paths: InstancePaths): LbError {
  return new LbError(
    'NOT_RUNNING',
    `instance ${paths.instance} is not installed, or on no device; skep-lb run installs it`,
  )
}

function overPinned(paths: InstancePaths, spec: { readonly config: object; readonly maps: object }): void {
  const config = readProgram(programPin(paths))
  if (config === undefined) throw notInstalled(paths)
  Object.assign(spec.config, config)
  for (const map of Object.values(spec.maps) as MapSpec[]) {
    const pin = join(paths.maps, map.name)
    if (!existsSync(pin)) continue
    map.maxEntries = entriesOf(pin)
    map.pinPath = pin
  }
}

function orOtherVersion<T>(load: () => T): T {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof BpfError) || error.code !== 'LAYOUT_MISMATCH') throw error
    const next = 'start skep-lb run of this version first'
    throw new LbError('CONFLICT', `what is installed is of another version; ${next}: ${error.message}`, {
      cause: error,
    })
  }
}

function entriesOf(pin: string): number {
  using handle = MapHandle.openPinned(pin)
  return handle.info.maxEntries
}
