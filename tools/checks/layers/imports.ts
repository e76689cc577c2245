/** An import as it stands in a source file. */
export interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
}

const statement =
  /(?:^|[;\n])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every static or literal dynamic import of a TypeScript text, comments left out. */
export function importsOf(file: string, text: string): Import[] {
  const code = blankComments(text)
  return [...code.matchAll(statement)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const line = code.slice(0, match.index + match[0].lastIndexOf(specifier)).split('\n').length
    return { file, line, specifier }
  })
}

/** Comments become spaces, so that line numbers stay; strings are skipped whole. */
function blankComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token),
  )
}
