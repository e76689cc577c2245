/** `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
export const servingStatus: readonly string[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** A length-prefixed `HealthCheckRequest { string service = 1 }`. */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service)
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name])
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** The status in a length-prefixed `HealthCheckResponse`; `undefined` when it is not one, or not complete. */
export function decodeResponse(bytes: Buffer): number | undefined {
  if (bytes.length < 5 || bytes[0] !== 0 || bytes.length < 5 + bytes.readUInt32BE(1)) return undefined
  return statusIn(bytes.subarray(5, 5 + bytes.readUInt32BE(1)))
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

/** Field 1 of the message; other fields are passed over, an absent one is 0. */
function statusIn(message: Buffer): number | undefined {
  let status = 0
  let at = 0
  const next = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = message[at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  while (at < message.length) {
    const tag = next()
    if (Number.isNaN(tag)) return undefined
    const wire = tag % 8
    if (wire === 0) {
      const value = next()
      if (Number.isNaN(value)) return undefined
      if (tag >>> 3 === 1) status = value
    } else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else if (wire === 2) at += next()
    else return undefined
  }
  return at === message.length ? status : undefined
}
