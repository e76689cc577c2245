/** A capture that cannot be read. */
export class PcapError extends Error {
  override readonly name = 'PcapError'
  /** `UNKNOWN_FORMAT`: not a pcap file. `BAD_RECORD`: a record's length cannot be true. */
  readonly code: 'UNKNOWN_FORMAT' | 'BAD_RECORD'

  constructor(code: 'UNKNOWN_FORMAT' | 'BAD_RECORD', message: string) {
    super(message)
    this.code = code
  }
}
