import type { Bytes } from '../check/check.ts'

export function toBuffer(bytes: Bytes): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.hex, 'hex')
}
