/**
 * What RFC 7606 has done about an error: the session ends with a NOTIFICATION; the message's routes count as withdrawn;
 * or the attribute is left out and the routes stay.
 */
export type Handling = 'session-reset' | 'treat-as-withdraw' | 'attribute-discard'

/** Which message was wrong, or `VALUE` for something that cannot be encoded. */
export type WireErrorCode = 'HEADER' | 'OPEN' | 'UPDATE' | 'ROUTE_REFRESH' | 'VALUE'

/** An error that a NOTIFICATION tells the peer (RFC 4271, section 6). */
export interface ErrorCode {
  readonly code: number
  readonly subcode: number
  readonly data?: Uint8Array | undefined
}

/** Thrown by decoders and encoders. `handling` is what is to be done about it. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  readonly handling: Handling
  /** What a NOTIFICATION says, where the session ends. */
  readonly notification: ErrorCode

  constructor(code: WireErrorCode, message: string, notification: ErrorCode, handling: Handling = 'session-reset') {
    super(message)
    this.code = code
    this.handling = handling
    this.notification = notification
  }
}

/** A value that no message can carry. */
export function invalid(message: string): WireError {
  return new WireError('VALUE', message, { code: 0, subcode: 0 })
}
