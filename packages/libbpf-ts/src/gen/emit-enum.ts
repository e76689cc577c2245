import type { EnumLayout } from '../btf/layout.ts'
import { pascalCase } from '../btf/names.ts'
import { comment } from './text.ts'

/** `export const Verdict = { … } as const`, and the type of its values. */
export function emitEnum(layout: EnumLayout): string[] {
  const name = pascalCase(layout.name)
  const suffix = layout.size === 8 ? 'n' : ''
  return [
    ...comment('', `\`enum ${layout.name}\``),
    `export const ${name} = {`,
    ...layout.values.map(({ name: key, value }) => `  ${key}: ${value}${suffix},`),
    '} as const',
    `export type ${name} = (typeof ${name})[keyof typeof ${name}]`,
    '',
  ]
}
