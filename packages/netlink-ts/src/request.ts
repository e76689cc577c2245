import type { Encoder } from './wire/encoder.ts'
import type { AttributeNames, AttributeTable } from './wire/table.ts'
import { MESSAGE_HEADER } from './wire/message.ts'

/** A message to the kernel, before it has a sequence number. */
export interface Request {
  /** The verb, for errors: `link.add`. */
  readonly operation: string
  /** What it is about, for errors: `device "eth0"`. */
  readonly subject?: string | undefined
  /** The message's number (`RTM_NEWLINK`) and its flags beyond `NLM_F_REQUEST`. */
  readonly type: number
  readonly flags?: number
  /** Writes what follows the message's header. */
  readonly body: Body
  /** What this needs of a kernel, for when the kernel says that it is not supported (and perhaps why). */
  readonly needs?: ((kernelMessage: string | undefined) => string | undefined) | undefined
}

/** A family's fixed header, then attributes; the table names an attribute that the kernel refuses. */
export interface Body {
  readonly headerSize: number
  readonly table: AttributeNames
  /** Writes into the thread's buffer, so it must make no request of its own. */
  write(to: Encoder): void
}

/** A body of a header and a table's attributes. */
export function body<T extends object>(
  headerSize: number,
  header: (to: Encoder) => void,
  table: AttributeTable<T>,
  values: NoInfer<T>,
): Body {
  return {
    headerSize,
    table,
    write(to) {
      header(to)
      table.encode(to, values)
    },
  }
}

/** Where a body's attributes start in the message. */
export function attributesStart(of: Body): number {
  return MESSAGE_HEADER + ((of.headerSize + 3) & ~3)
}
