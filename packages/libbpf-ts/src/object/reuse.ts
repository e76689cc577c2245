import { BpfError, checked, kernelRefusal } from '../errors.ts'
import { MapHandle } from '../maps/map-handle.ts'
import { addon, type NativeObject } from '../sys/addon.ts'
import { openPinned } from '../sys/object.ts'
import { declaredLayout, layoutDifference, pinnedLayout } from './layout.ts'
import type { MapSpec } from './map-spec.ts'
import type { BpfObject } from './object.ts'

const ENOENT = -2

/** Hands libbpf the maps that are pinned or given already. Returns their names. Errors: LAYOUT_MISMATCH. */
export function takePinned(object: BpfObject, native: NativeObject): ReadonlySet<string> {
  const reused = new Set<string>()
  const btf = object.btf()
  for (const spec of object.maps.values()) {
    if (!spec.autocreate) continue
    using pinned = openPin(spec)
    const handle = spec.reused ?? pinned
    if (!handle) continue
    checkLayout(spec, handle, btf)
    checked(addon().mapReuse(native, spec.name, handle.fd), 'object.load', `reuse of map "${spec.name}"`)
    if (handle === pinned || spec.pinPath === undefined) reused.add(spec.name)
  }
  return reused
}

function openPin({ name, pinPath, reused }: MapSpec): MapHandle | undefined {
  if (pinPath === undefined || reused) return undefined
  const fd = openPinned(pinPath)
  if (fd >= 0) return new MapHandle(fd, name)
  if (fd === ENOENT) return undefined
  throw kernelRefusal('object.load', fd, `pin ${pinPath} of map "${name}"`)
}

function checkLayout(spec: MapSpec, handle: MapHandle, btf: Uint8Array): void {
  const [wanted, found] = [declaredLayout(spec, btf), pinnedLayout(handle)]
  const difference = layoutDifference(wanted, found)
  if (difference === undefined) return
  const where = spec.reused ? 'the map to reuse' : `the map pinned at ${spec.pinPath}`
  throw new BpfError('LAYOUT_MISMATCH', 'object.load', `map "${spec.name}": ${where} differs in ${difference}`, {
    hint: 'remove the pin, or copy its content into a new map',
    log: `declared: ${wanted.text}\nfound: ${found.text}\n`,
  })
}
