import type { ArrayLayout, FieldLayout, Layout, StructLayout } from '../btf/layout.ts'
import { pascalCase } from '../btf/names.ts'
import type { Extent } from '../gaps.ts'
import { atIndex, indexes, indexName, isUnrolled, plus, spell, START, type Place } from './place.ts'
import { accessor, orderArgument, structCodec } from './text.ts'

/** Wider padding is filled by a call. */
const INLINE_ZEROS = 16

/** The statements that write one field. */
export function emitWrite(struct: StructLayout, field: FieldLayout): string[] {
  const name = `${pascalCase(struct.name)}.${field.property}`
  return write(field.layout, plus(START, field.offset), `value.${field.property}`, name, 0)
}

/** The statements that zero padding. */
export function emitZeros({ offset, size }: Extent): string[] {
  if (size > INLINE_ZEROS) return [`bpf.writeZeros(view, ${spell(plus(START, offset))}, ${size})`]
  const lines: string[] = []
  for (let at = 0; at < size;) {
    const width = size - at >= 4 ? 4 : size - at >= 2 ? 2 : 1
    lines.push(`view.setUint${width * 8}(${spell(plus(START, offset + at))}, 0)`)
    at += width
  }
  return lines
}

/** `source` is the expression for the value, `name` what error messages call it. */
function write(layout: Layout, place: Place, source: string, name: string, depth: number): string[] {
  const at = spell(place)
  switch (layout.kind) {
    case 'scalar':
    case 'enum': {
      const plain = layout.kind === 'scalar' && layout.scalar === 'bool' ? `${source} ? 1 : 0` : source
      return [`view.set${accessor(layout)}(${at}, ${plain}${orderArgument(layout)})`]
    }
    case 'bytes':
      return [`bpf.writeBytes(view, ${at}, ${layout.size}, ${source}, '${name}')`]
    case 'chars':
      return [`bpf.writeChars(view, ${at}, ${layout.size}, ${source}, '${name}')`]
    case 'struct':
      return [`${structCodec(layout.name)}.write(view, ${at}, ${source})`]
    default:
      return writeArray(layout, place, source, name, depth)
  }
}

function writeArray(layout: ArrayLayout, place: Place, source: string, name: string, depth: number): string[] {
  const { element, length } = layout
  const check = `bpf.checkLength(${source}, ${length}, '${name}')`
  if (isUnrolled(layout)) {
    const writes = indexes(length).flatMap((index) =>
      write(element, plus(place, index * element.size), `${source}[${index}]!`, `${name}[${index}]`, depth),
    )
    return [check, ...writes]
  }
  const index = indexName(depth)
  const body = write(element, atIndex(place, index, element.size), `${source}[${index}]!`, `${name}[]`, depth + 1)
  const head = `for (let ${index} = 0; ${index} < ${length}; ${index}++)`
  if (body.length === 1) return [check, `${head} ${body[0]}`]
  return [check, `${head} {`, ...body.map((line) => `  ${line}`), '}']
}
