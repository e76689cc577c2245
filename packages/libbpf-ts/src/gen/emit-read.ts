import type { ArrayLayout, Layout, StructLayout } from '../btf/layout.ts'
import { atIndex, indexes, indexName, isUnrolled, plus, spell, START, type Place } from './place.ts'
import { accessor, orderArgument, structCodec, typeOf } from './text.ts'

/** Columns that are left inside `read`. */
const WIDTH = 116

/** The body of a codec's `read`: loops for long arrays first, then one object literal. */
export function emitRead(layout: StructLayout): string[] {
  const loops: string[] = []
  const properties = layout.fields.flatMap((field) => {
    const place = plus(START, field.offset)
    if (field.layout.kind !== 'array') return `  ${field.property}: ${value(field.layout, place)},`
    if (isUnrolled(field.layout)) return arrayProperty(field.property, field.layout, place)
    const local = `${field.property}_`
    loops.push(...loop(local, field.layout, place, 0))
    return `  ${field.property}: ${local},`
  })
  return [...loops, 'return {', ...properties, '}']
}

function value(layout: Layout, place: Place): string {
  const at = spell(place)
  switch (layout.kind) {
    case 'scalar':
      return `view.get${accessor(layout)}(${at}${orderArgument(layout)})${layout.scalar === 'bool' ? ' !== 0' : ''}`
    case 'enum':
      return `view.get${accessor(layout)}(${at}${orderArgument(layout)}) as ${typeOf(layout)}`
    case 'bytes':
      return `bpf.readBytes(view, ${at}, ${layout.size})`
    case 'chars':
      return `bpf.readChars(view, ${at}, ${layout.size})`
    case 'struct':
      return `${structCodec(layout.name)}.read(view, ${at})`
    default:
      return `[${indexes(layout.length)
        .map((index) => value(layout.element, plus(place, index * layout.element.size)))
        .join(', ')}]`
  }
}

/** On one line when it fits. */
function arrayProperty(property: string, layout: ArrayLayout, place: Place): string[] {
  const line = `  ${property}: ${value(layout, place)},`
  if (line.length <= WIDTH) return [line]
  const elements = indexes(layout.length).map((index) =>
    value(layout.element, plus(place, index * layout.element.size)),
  )
  return [`  ${property}: [`, ...elements.map((element) => `    ${element},`), '  ],']
}

function loop(local: string, layout: ArrayLayout, place: Place, depth: number): string[] {
  const { element, length } = layout
  const index = indexName(depth)
  const head = `for (let ${index} = 0; ${index} < ${length}; ${index}++)`
  const at = atIndex(place, index, element.size)
  const declaration = `const ${local}: ${typeOf(layout)} = []`
  if (element.kind !== 'array' || isUnrolled(element))
    return [declaration, `${head} ${local}.push(${value(element, at)})`]
  const inner = `${local}_`
  return [
    declaration,
    `${head} {`,
    ...loop(inner, element, at, depth + 1).map((line) => `  ${line}`),
    `  ${local}.push(${inner})`,
    '}',
  ]
}
