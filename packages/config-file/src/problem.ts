/** One thing wrong in a configuration: where it stands, what stands there, and what would be right. */
export interface Problem {
  readonly file: string
  /** Both count from 1, like an editor. */
  readonly line: number
  readonly column: number
  /** Like `spec.services[0].frontends[1].port`; empty for the document as a whole. */
  readonly path: string
  /** What is wrong with which value, and what would be right. */
  readonly message: string
}

/** A path inside a document: keys and indexes, as zod gives it. */
export type Path = readonly PropertyKey[]

/** A problem that has not been looked up in the text yet. */
export interface Finding {
  readonly path: Path
  readonly message: string
  /** The problem is the key itself, not what it holds. */
  readonly atKey?: boolean | undefined
}

/** Formats a path like `spec.services[0].name`. */
export function formatPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('')
}

/** One line, in the form that editors and terminals make a link of: `lb.yaml:12:7: spec.mode: "dsr" is …`. */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`
}

/** A configuration that was refused whole. Its message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'INVALID_CONFIG'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

/** The value as it is shown in a message: short, and on one line. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What is wrong with a value, or that it is missing, and what would be right: `write …`. */
export function wrong(value: unknown, what: string, advice: string): string {
  return value === undefined ? `is missing; ${advice}` : `${show(value)} is not ${what}; ${advice}`
}

/** `1 problem`, `2 problems`. */
export function count(number: number, what: string, many = `${what}s`): string {
  return `${number} ${number === 1 ? what : many}`
}
