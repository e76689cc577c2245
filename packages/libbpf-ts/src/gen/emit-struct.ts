import type { StructLayout } from '../btf/layout.ts'
import { camelCase, pascalCase } from '../btf/names.ts'
import { emitRead } from './emit-read.ts'
import { emitWrite, emitZeros } from './emit-write.ts'
import { comment, structCodec, typeOf } from './text.ts'

/** A struct's interface, the offsets of its fields, and its codec. */
export function emitStruct(layout: StructLayout): string[] {
  return [...emitInterface(layout), '', ...emitOffsets(layout), '', ...emitCodec(layout), '']
}

function emitInterface(layout: StructLayout): string[] {
  return [
    ...comment('', `\`struct ${layout.name}\`, ${layout.size} bytes.`, ...layout.doc),
    `export interface ${pascalCase(layout.name)} {`,
    ...layout.fields.flatMap((field) => [
      ...(field.doc.length > 0 ? comment('  ', ...field.doc) : []),
      `  ${field.property}: ${typeOf(field.layout)}`,
    ]),
    '}',
  ]
}

function emitOffsets(layout: StructLayout): string[] {
  const name = pascalCase(layout.name)
  return [
    ...comment(
      '',
      `Where the fields of {@link ${name}} stand, in bytes: for what writes into a mapped array directly.`,
    ),
    `export const ${camelCase(layout.name)}Offsets = {`,
    ...layout.fields.map((field) => `  ${field.property}: ${field.offset},`),
    '} as const',
  ]
}

function emitCodec(layout: StructLayout): string[] {
  const name = pascalCase(layout.name)
  const read = emitRead(layout)
  return [
    `export const ${structCodec(layout.name)}: bpf.Codec<${name}> = {`,
    `  size: ${layout.size},`,
    `  align: ${layout.align},`,
    '  read(view, offset) {',
    ...read.map((line) => `    ${line}`),
    '  },',
    '  write(view, offset, value) {',
    ...layout.fields.flatMap((field) => emitWrite(layout, field)).map((line) => `    ${line}`),
    ...layout.padding.flatMap((gap) => emitZeros(gap)).map((line) => `    ${line}`),
    '  },',
    '}',
  ]
}
