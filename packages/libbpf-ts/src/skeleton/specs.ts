import type { MapSpec } from '../object/map-spec.ts'
import type { BpfObject } from '../object/object.ts'
import type { ProgramSpec } from '../object/program-spec.ts'
import { mismatch, missing } from './mismatch.ts'

/** The map of that name. Errors: {@link BpfError} NOT_FOUND when the object has none, LAYOUT_MISMATCH when its sizes are not those of the codecs. */
export function mapSpec(object: BpfObject, name: string, keySize: number, valueSize: number): MapSpec {
  const spec = object.maps.get(name)
  if (!spec) throw missing(`map ${name}`, listOf(object.maps))
  if (spec.keySize !== keySize || spec.valueSize !== valueSize)
    throw mismatch(
      `map ${name}`,
      `has keys of ${spec.keySize} and values of ${spec.valueSize} bytes, the skeleton expects ${keySize} and ${valueSize}`,
    )
  return spec
}

/** The program of that name. Errors: {@link BpfError} NOT_FOUND when the object has none. */
export function programSpec(object: BpfObject, name: string): ProgramSpec {
  const spec = object.programs.get(name)
  if (!spec) throw missing(`program ${name}`, listOf(object.programs))
  return spec
}

function listOf(things: ReadonlyMap<string, unknown>): string {
  return [...things.keys()].join(', ') || 'none'
}
