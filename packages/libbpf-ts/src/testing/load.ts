import type { LoadOptions } from '../object/load.ts'
import type { LoadedObject } from '../object/loaded-object.ts'
import { openObject, type BpfObject } from '../object/object.ts'
import { testObjectPath } from './objects.ts'

/** Opens a committed object of `test-objects/`, changes it, and loads it. */
export function loadTestObject(
  name: string,
  change: (object: BpfObject) => void = () => {},
  options?: LoadOptions,
): LoadedObject {
  using object = openObject(testObjectPath(name))
  change(object)
  return object.load(options)
}
