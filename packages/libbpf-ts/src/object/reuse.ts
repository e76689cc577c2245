import { BpfError, checked } from '../errors.ts'
import { MapHandle } from '../maps/map-handle.ts'
import { openPin } from '../pinnable.ts'
import { addon, type NativeObject } from '../sys/addon.ts'
import { declaredLayout, layoutDifference, pinnedLayout } from './layout.ts'
import type { MapSpec } from './map-spec.ts'
import type { BpfObject } from './object.ts'

/** Hands libbpf the maps that are pinned or given already. Returns their names. Errors: LAYOUT_MISMATCH. */
export function takePinned(object: BpfObject, native: NativeObject): ReadonlySet<string> {
  const reused = new Set<string>()
  const btf = object.btf()
  for (const spec of object.maps.values()) {
    if (!spec.autocreate) continue
    using pinned = openPinOf(spec)
    const handle = spec.reused ?? pinned
    if (!handle) continue
    checkLayout(spec, handle, btf)
    checked(addon().mapReuse(native, spec.name, handle.fd), 'object.load', `reuse of map "${spec.name}"`)
    if (handle === pinned || spec.pinPath === undefined) reused.add(spec.name)
  }
  return reused
}

function openPinOf({ name, pinPath, reused }: MapSpec): MapHandle | undefined {
  if (pinPath === undefined || reused) return undefined
  try {
    return new MapHandle(openPin('map', pinPath, `object.load: map "${name}"`), name)
  } catch (error) {
    if (error instanceof BpfError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
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
