import { type SockConnection, sockConnectionCodec, sockConnectionOffsets, type SockLb } from '@skep/datapath/sock-lb'

type Table = SockLb['maps']['sockConnections']

const WORD = 4

/**
 * TCP connections as the programs have noted them, of sockets that are open or not, which have one of these backends;
 * `undefined`: any. The table is mapped as long as this is read, so that it is no memory of this process.
 */
export function* connectionsOf(table: Table, backends?: ReadonlySet<number>): Generator<SockConnection> {
  using memory = table.mmap()
  const words = new Uint32Array(memory.buffer)
  const view = new DataView(memory.buffer)
  const [stride, backend] = [memory.elementSize / WORD, sockConnectionOffsets.backend / WORD]
  for (let at = 0; at < words.length; at += stride) {
    if (backends ? !backends.has(words[at + backend]!) : words[at + backend] === 0) continue
    const found = sockConnectionCodec.read(view, at * WORD)
    if (found.cookie !== 0n && isStill(view, at * WORD, found)) yield found
  }
}

/** A program may have been writing: then the cookie is another one now. */
function isStill(view: DataView, offset: number, { cookie }: SockConnection): boolean {
  return view.getBigUint64(offset + sockConnectionOffsets.cookie, true) === cookie
}

/** How many places have been used. */
export function countConnections(table: Table): number {
  using memory = table.mmap()
  const words = new Uint32Array(memory.buffer)
  const [stride, backend] = [memory.elementSize / WORD, sockConnectionOffsets.backend / WORD]
  let used = 0
  for (let at = backend; at < words.length; at += stride) if (words[at] !== 0) used++
  return used
}
