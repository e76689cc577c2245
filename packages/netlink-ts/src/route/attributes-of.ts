import { malformed } from '../socket.ts'
import { AttributeDecoder } from '../wire/decoder.ts'
import type { Message } from '../wire/message.ts'
import type { AttributeTable } from '../wire/table.ts'

/** A message's fixed header and its attributes; bad bytes are `MALFORMED`. */
export function readMessage<T extends object>(
  what: string,
  message: Message,
  headerSize: number,
  table: AttributeTable<T>,
): { readonly header: DataView; readonly values: T } {
  const { bytes, start, end } = message
  if (end - start < headerSize) throw malformed(what, `${end - start} bytes, its header alone takes ${headerSize}`)
  const from = new AttributeDecoder(bytes, start + ((headerSize + 3) & ~3), end)
  const values = table.decode(from)
  if (from.error !== undefined) throw malformed(what, from.error.problem)
  return { header: new DataView(bytes.buffer, bytes.byteOffset + start, headerSize), values }
}
