import { wrong } from '../error.ts'

/** What a session says of itself, and how it behaves. Intervals in ms, of which a thousandth is the finest. */
export interface SessionParameters {
  /** The least time between packets sent while up (`DesiredMinTxInterval`). The slower of both sides counts. */
  readonly transmitMs: number
  /** The least time between packets that can be received (`RequiredMinRxInterval`). */
  readonly receiveMs: number
  /** After so many missing packets the peer counts as gone. */
  readonly multiplier: number
  /** Waits for the peer's first packet instead of sending (RFC 5880, 6.1). */
  readonly passive: boolean
  /** Kept down by the administrator, and said so to the peer. */
  readonly adminDown: boolean
}

/** As FRR has them: 3 × 300 ms. */
export const defaultParameters: SessionParameters = {
  transmitMs: 300,
  receiveMs: 300,
  multiplier: 3,
  passive: false,
  adminDown: false,
}

const LEAST_MS = 1
const MOST_MS = 60_000

/** Throws `INVALID_INPUT` for what no session can have. */
export function checkParameters(operation: string, parameters: SessionParameters): void {
  for (const field of ['transmitMs', 'receiveMs'] as const) {
    const value = parameters[field]
    if (!(value >= LEAST_MS && value <= MOST_MS))
      wrong(operation, field, value, `a time of ${LEAST_MS} to ${MOST_MS} ms`)
  }
  const { multiplier } = parameters
  if (!Number.isInteger(multiplier) || multiplier < 1 || multiplier > 255)
    wrong(operation, 'multiplier', multiplier, 'a whole number from 1 to 255')
  for (const field of ['passive', 'adminDown'] as const)
    if (typeof parameters[field] !== 'boolean') wrong(operation, field, parameters[field], 'true or false')
}
