import { checked } from './errors.ts'
import { Handle } from './handle.ts'
import { Attr } from './sys/attr.ts'
import { openById, readInfo } from './sys/object.ts'

/** struct bpf_btf_info: pointer to the bytes, their size, id. */
const SIZE = 32

/**
 * The BTF that was loaded with a map or program.
 *
 * Errors: NOT_FOUND. Minimum kernel 4.18. Equivalent to: `bpftool btf dump id <id>`.
 */
export function kernelBtf(id: number): Uint8Array {
  using handle = new Handle('btf', checked(openById('btf', id), 'btf.read', `btf id ${id}`), `id ${id}`)
  const question = new Attr(SIZE)
  checked(readInfo(handle.fd, question.bytes), 'btf.read', `btf id ${id}`)
  const bytes = new Uint8Array(question.getU32(8))
  const info = new Attr(SIZE).u32(8, bytes.byteLength)
  checked(readInfo(handle.fd, info.bytes, 0, bytes), 'btf.read', `btf id ${id}`)
  return bytes
}
