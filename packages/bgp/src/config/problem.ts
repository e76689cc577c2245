/** A path inside a document: keys and indexes. */
export type Path = readonly PropertyKey[]

/** Something wrong in a configuration, by its path. */
export interface Finding {
  readonly path: Path
  /** What is wrong with which value, and what would be right. */
  readonly message: string
  /** The problem is the key itself, not what it holds. */
  readonly atKey?: boolean | undefined
}

/** Something wrong in a configuration, and where it stands. */
export interface Problem {
  readonly file: string
  /** Both count from 1, like an editor. */
  readonly line: number
  readonly column: number
  /** Like `spec.peers[0].asn`. */
  readonly path: string
  readonly message: string
}

/** A configuration that was refused whole. Its message lists every problem, one a line. */
export class BgpConfigError extends Error {
  override readonly name = 'BgpConfigError'
  readonly code = 'INVALID_CONFIG'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.problems = problems
  }
}

/** Like `spec.peers[0].asn`. */
export function formatPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`)).join('')
}

/** The value as a message shows it: short, and on one line. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function formatProblem({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`
}
