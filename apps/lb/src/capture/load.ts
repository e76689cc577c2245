import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LbXdpCapture, openLbXdpCapture } from '@skep/datapath/lb-xdp-capture'
import { BpfError, MapHandle } from 'libbpf-ts'
import { readProgram } from '../datapath/installed.ts'
import { programPin } from '../datapath/pin.ts'
import { tcDevices } from '../devices/links.ts'
import { LbError } from '../error.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** Loads the capturing program over the instance's pinned maps, with its configuration. Attaches nothing, pins nothing. */
export function loadCapture(paths: InstancePaths): LbXdpCapture {
  const config = readProgram(programPin(paths))
  if (config === undefined) throw notInstalled(paths)
  using spec = openLbXdpCapture()
  Object.assign(spec.config, config)
  spec.programs.lbXdp.autoload = false
  for (const map of Object.values(spec.maps)) {
    const pin = join(paths.maps, map.name)
    if (!existsSync(pin)) continue
    map.maxEntries = entriesOf(pin)
    map.pinPath = pin
  }
  try {
    return spec.load()
  } catch (error) {
    if (!(error instanceof BpfError) || error.code !== 'LAYOUT_MISMATCH') throw error
    const next = 'start skep-lb run of this version first'
    throw new LbError('CONFLICT', `what is installed is of another version; ${next}: ${error.message}`, {
      cause: error,
    })
  }
}

/** What to say where there is nothing to look at. */
export function notInstalled(paths: InstancePaths): LbError {
  return new LbError(
    'NOT_RUNNING',
    `instance ${paths.instance} is not installed, or on no device; skep-lb run installs it`,
  )
}

/** The same where the program for captures is on no device. */
export function nothingToCapture(paths: InstancePaths): LbError {
  const byTc = tcDevices(paths)
  if (byTc.length === 0) return notInstalled(paths)
  return new LbError(
    'INVALID_OPTION',
    `${byTc.join(', ')}: in mode tc, tcpdump sees every packet as it comes and as it leaves: tcpdump -ni ${byTc[0]!}`,
  )
}

function entriesOf(pin: string): number {
  using handle = MapHandle.openPinned(pin)
  return handle.info.maxEntries
}
