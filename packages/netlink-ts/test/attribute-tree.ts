import { Buffer } from 'node:buffer'

/** Which attributes hold attributes, by number; `head` bytes come before them. */
export interface Shape {
  readonly head?: number
  readonly [type: number]: Shape
}

/** Attributes without their order and without the nested flag: two writers of one message agree on this. */
export type Tree = readonly (readonly [
  type: number,
  value: string | { readonly head: string; readonly inside: Tree },
])[]

export function attributeTree(bytes: Uint8Array, shape: Shape): Tree {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tree: [number, Tree[number][1]][] = []
  for (let at = 0; at < bytes.length; at += (view.getUint16(at, true) + 3) & ~3) {
    const type = view.getUint16(at + 2, true) & 0x3fff
    const length = view.getUint16(at, true)
    if (length < 4 || at + length > bytes.length) throw new Error(`no attribute at ${at}: ${text(bytes)}`)
    const payload = bytes.subarray(at + 4, at + length)
    const inner = shape[type]
    tree.push([type, inner === undefined ? text(payload) : nest(payload, inner)])
  }
  return tree.toSorted(([a], [b]) => a - b)
}

function nest(payload: Uint8Array, shape: Shape): { head: string; inside: Tree } {
  const { head = 0 } = shape
  return { head: text(payload.subarray(0, head)), inside: attributeTree(payload.subarray(head), shape) }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
