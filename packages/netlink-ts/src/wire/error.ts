/** Bytes that are not what netlink says they are: the first trouble met, and where. */
export interface WireError {
  /** Byte offset in the buffer that is being read. */
  readonly offset: number
  readonly problem: string
}

/** Shared by a decoder and all that are nested in it: the first error sticks and ends every loop. */
export interface Trouble {
  error: WireError | undefined
}
