import { Cease, ErrorKind, nameError } from './codes.ts'
import type { ErrorCode } from './error.ts'
import { frame, MAX_MESSAGE, HEADER_LENGTH, MessageType } from './message.ts'

/** A NOTIFICATION: the last message of a session. */
export interface Notification {
  readonly code: number
  readonly subcode: number
  readonly data: Uint8Array
}

const SHUTDOWN_LIMIT = 255

/** Encodes a NOTIFICATION; data that no message has room for is cut. */
export function encodeNotification({ code, subcode, data = new Uint8Array() }: ErrorCode): Uint8Array {
  const room = data.subarray(0, MAX_MESSAGE - HEADER_LENGTH - 2)
  const body = new Uint8Array(2 + room.length)
  body[0] = code
  body[1] = subcode
  body.set(room, 2)
  return frame(MessageType.notification, body)
}

/** The body of a NOTIFICATION, whose length {@link messageLength} has checked. Never fails: there is no reply to one. */
export function decodeNotification(body: Uint8Array): Notification {
  return { code: body[0]!, subcode: body[1]!, data: body.slice(2) }
}

/** An administrative shutdown or reset, with words for the operator at the other end (RFC 9003), cut at 255 bytes. */
export function shutdownNotification(text: string, subcode: number = Cease.administrativeShutdown): ErrorCode {
  if (text === '') return { code: ErrorKind.cease, subcode }
  const words = cutUtf8(text, SHUTDOWN_LIMIT)
  const data = new Uint8Array(1 + words.length)
  data[0] = words.length
  data.set(words, 1)
  return { code: ErrorKind.cease, subcode, data }
}

/** The other operator's words, or `undefined` when there are none or they are not as RFC 9003 has them. */
export function shutdownCommunication({ code, subcode, data }: Notification): string | undefined {
  if (code !== ErrorKind.cease || data.length === 0) return undefined
  if (subcode !== Cease.administrativeShutdown && subcode !== Cease.administrativeReset) return undefined
  const length = data[0]!
  if (length === 0 || length !== data.length - 1) return undefined
  try {
    return printable(new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(1)))
  } catch {
    return undefined
  }
}

/** One line: what it means, the other operator's words, or the data in hex. */
export function formatNotification(notification: Notification): string {
  const name = nameError(notification.code, notification.subcode)
  const words = shutdownCommunication(notification)
  if (words !== undefined) return `${name} (${JSON.stringify(words)})`
  const { data } = notification
  return data.length === 0 ? name : `${name} (data ${Buffer.from(data.subarray(0, 32)).toString('hex')})`
}

function cutUtf8(text: string, limit: number): Uint8Array {
  const into = new Uint8Array(limit)
  const { written } = new TextEncoder().encodeInto(text, into)
  return into.subarray(0, written)
}

/** What another host wrote goes to terminals and logs: without control characters. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim()
}
