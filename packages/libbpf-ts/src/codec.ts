/** Reads and writes one C type at an offset of a view. Sizes and offsets are in bytes. */
export interface Codec<T> {
  readonly size: number
  readonly align: number
  read(view: DataView, offset: number): T
  write(view: DataView, offset: number, value: T): void
}
