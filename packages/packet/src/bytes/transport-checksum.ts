import type { ReadPlace, WritePlace } from '../header.ts'
import { checksum, pseudoHeaderSum } from './checksum.ts'
import { hex, u16 } from './reader.ts'
import { BuildError } from './writer.ts'

/** Stores the checksum of `[start, end)`, with pseudo-header, at `start + at`, where zero stands now. `given` is stored as it is. */
export function writeTransportChecksum(
  header: string,
  place: WritePlace,
  at: number,
  protocol: number,
  given: number | undefined,
): void {
  const value = given ?? transportChecksum(header, place, protocol)
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new BuildError(
      'INVALID_FIELD',
      `${header}.checksum`,
      `is ${value}; it must be a whole number from 0 to 65535`,
    )
  place.bytes[place.start + at] = value >>> 8
  place.bytes[place.start + at + 1] = value
}

/** Notes a wrong checksum at `start + at` over `[start, end)`, when all of it is there. */
export function checkTransportChecksum(place: ReadPlace, at: number, protocol: number, end: number = place.end): void {
  if (place.partial || place.pseudo === undefined) return
  const sum = pseudoHeaderSum(place.pseudo, protocol, end - place.start)
  checkSum(place, at, end, sum)
}

/** Notes a wrong checksum without pseudo-header, or with the `sum` of one. */
export function checkSum(place: ReadPlace, at: number, end: number, sum = 0): void {
  const left = checksum(place.bytes, place.start, end, sum)
  if (left === 0) return
  const found = u16(place.bytes, place.start + at)
  const right = fold(left + found)
  place.trouble(`checksum is ${hex(found)}, should be ${hex(right)}`)
}

function transportChecksum(header: string, place: WritePlace, protocol: number): number {
  if (place.pseudo === undefined)
    throw new BuildError('MISSING_FIELD', `${header}.checksum`, 'must be given: no IP header stands before it')
  return checksum(place.bytes, place.start, place.end, pseudoHeaderSum(place.pseudo, protocol, place.end - place.start))
}

function fold(sum: number): number {
  return sum > 0xffff ? sum - 0xffff : sum
}
