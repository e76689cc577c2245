import { BuildError } from '../bytes/writer.ts'

/** An option of type, length and data, as it stands in IPv4 and IPv6 headers. Single-byte options have no `data`. */
export interface TlvOption {
  readonly type: number
  readonly data?: Uint8Array | undefined
}

/** Options, one after another; bytes stand as they are (padding, or what cannot be read as an option). */
export type TlvOptions = readonly (TlvOption | Uint8Array)[]

/** Refuses the name of an option that has none of the layouts; `field` is where the options stand. */
export function checkOptionName(field: string, name: string, layouts: object): void {
  if (Object.hasOwn(layouts, name)) return
  const known = Object.keys(layouts).join(', ')
  throw new BuildError('INVALID_FIELD', field, `have ${JSON.stringify(name)}; known are ${known}`)
}

export function isRaw(option: object): option is Uint8Array {
  return ArrayBuffer.isView(option)
}

/** The next multiple of `unit`, a power of two. */
export function roundUp(length: number, unit: number): number {
  return (length + unit - 1) & -unit
}
