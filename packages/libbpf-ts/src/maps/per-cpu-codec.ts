import type { Codec } from '../codec.ts'
import { possibleCpus } from '../cpus.ts'
import { invalidInput } from '../errors.ts'
import type { MapInfo } from './info.ts'
import { isPerCpu } from './types.ts'

/** The kernel pads each CPU's value, and each element of a mapped array, to 8 bytes. */
export function padded(size: number): number {
  return Math.ceil(size / 8) * 8
}

/** The bytes that one lookup of this map fills. */
export function valueBytes(info: MapInfo): number {
  return isPerCpu(info.typeNumber) ? padded(info.valueSize) * possibleCpus() : info.valueSize
}

/** A codec for the values of all possible CPUs. */
export function perCpu<V>(codec: Codec<V>): Codec<V[]> {
  const cpus = possibleCpus()
  const stride = padded(codec.size)
  return {
    size: stride * cpus,
    align: 8,
    read: (view, offset) => Array.from({ length: cpus }, (_, cpu) => codec.read(view, offset + cpu * stride)),
    write: (view, offset, values) => {
      if (values.length !== cpus)
        throw invalidInput('map.set', `${values.length} values for ${cpus} possible CPUs; give one for each`)
      values.forEach((value, cpu) => codec.write(view, offset + cpu * stride, value))
    },
  }
}
