import type { PrefixTable } from '../rib/prefix-table.ts'
import { Flag } from '../wire/attributes/attribute.ts'
import { MP_REACH, MP_UNREACH, unreachHead } from '../wire/attributes/multiprotocol.ts'
import { HEADER_LENGTH, MAX_MESSAGE, MessageType, writeHeader } from '../wire/message.ts'
import type { Outgoing } from './policy.ts'

const CHUNK = 64 * 1024

const withdrawal = Symbol('withdrawal')

/** Packs prefixes into as few UPDATEs as hold them, and UPDATEs into chunks to be written at once. */
export class Packer {
  readonly #table: PrefixTable
  readonly #ready: Uint8Array[] = []
  #chunk = new Uint8Array(CHUNK)
  /** Where the open message begins, and the next byte goes. */
  #start = 0
  #at = 0
  #open: Outgoing | typeof withdrawal | undefined
  /** Where the lists' lengths stand, filled in at the end. */
  #listAt = 0
  #messages = 0

  constructor(table: PrefixTable) {
    this.#table = table
  }

  /** UPDATEs so far. */
  get messages(): number {
    return this.#messages
  }

  announce(id: number, route: Outgoing): void {
    const tail = route.reachHead === undefined ? 0 : route.attributes.length
    if (this.#open !== route || !this.#fits(id, tail)) this.#begin(route)
    this.#at = this.#table.write(id, this.#chunk, this.#at)
  }

  withdraw(id: number): void {
    if (this.#open !== withdrawal || !this.#fits(id, 2)) this.#begin(withdrawal)
    this.#at = this.#table.write(id, this.#chunk, this.#at)
  }

  get hasFull(): boolean {
    return this.#ready.length > 0
  }

  /** Chunks of whole messages that are full. */
  full(): Uint8Array[] {
    return this.#ready.splice(0)
  }

  /** Ends the last message; all that is left. */
  end(): Uint8Array[] {
    this.#finish()
    this.#endChunk()
    return this.full()
  }

  #fits(id: number, tail: number): boolean {
    return this.#at - this.#start + this.#table.wireLength(id) + tail <= MAX_MESSAGE
  }

  #begin(what: Outgoing | typeof withdrawal): void {
    this.#finish()
    if (this.#chunk.length - this.#at < MAX_MESSAGE) this.#endChunk()
    this.#open = what
    this.#start = this.#at
    this.#at += HEADER_LENGTH
    if (what === withdrawal) this.#beginWithdrawal()
    else this.#beginRoutes(what)
  }

  #beginWithdrawal(): void {
    if (this.#table.family === 'ipv4') {
      this.#listAt = this.#at
      this.#u16(0)
      return
    }
    this.#u16(0)
    this.#u16(0)
    this.#beginList(MP_UNREACH, unreachHead(this.#table.family))
  }

  #beginRoutes({ reachHead, attributes }: Outgoing): void {
    this.#u16(0)
    this.#u16(attributes.length)
    if (reachHead === undefined) this.#bytes(attributes)
    else this.#beginList(MP_REACH, reachHead)
  }

  #beginList(code: number, head: Uint8Array): void {
    this.#chunk[this.#at++] = Flag.optional | Flag.extendedLength
    this.#chunk[this.#at++] = code
    this.#listAt = this.#at
    this.#u16(0)
    this.#bytes(head)
  }

  #finish(): void {
    const open = this.#open
    if (open === undefined) return
    if (open === withdrawal) this.#finishWithdrawal()
    else if (open.reachHead !== undefined) {
      this.#patch(this.#listAt, this.#at - this.#listAt - 2)
      this.#bytes(open.attributes)
      this.#patch(this.#start + HEADER_LENGTH + 2, this.#at - this.#start - HEADER_LENGTH - 4)
    }
    writeHeader(this.#chunk, this.#start, this.#at - this.#start, MessageType.update)
    this.#open = undefined
    this.#messages++
  }

  #finishWithdrawal(): void {
    this.#patch(this.#listAt, this.#at - this.#listAt - 2)
    if (this.#table.family === 'ipv4') this.#u16(0)
    else this.#patch(this.#start + HEADER_LENGTH + 2, this.#at - this.#start - HEADER_LENGTH - 4)
  }

  #endChunk(): void {
    if (this.#at === 0) return
    this.#ready.push(this.#chunk.subarray(0, this.#at))
    this.#chunk = new Uint8Array(CHUNK)
    this.#at = 0
  }

  #u16(value: number): void {
    this.#patch(this.#at, value)
    this.#at += 2
  }

  #patch(at: number, value: number): void {
    this.#chunk[at] = value >>> 8
    this.#chunk[at + 1] = value
  }

  #bytes(bytes: Uint8Array): void {
    this.#chunk.set(bytes, this.#at)
    this.#at += bytes.length
  }
}
