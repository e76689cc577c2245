import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { BgpConfigError, type Finding, formatPath, type Problem } from './problem.ts'

/** Where a text begins within a file: a configuration may be a block of text inside another document. */
export interface Origin {
  readonly file: string
  /** How many lines come before, and how far its lines are indented. */
  readonly lines: number
  readonly indent: number
}

/** A YAML text: its plain value, and where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown
  /** The line of the node that the path leads to, from 0. */
  lineOf(path: Finding['path']): number
  problem(finding: Finding): Problem
}

/** Parses one YAML document. Throws {@link BgpConfigError} where it is none. */
export function readDocument(origin: Origin, text: string): SourceDocument {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, stringKeys: true })
  const at = (offset: number, message: string, path = ''): Problem => {
    const { line, col } = counter.linePos(offset)
    return {
      file: origin.file,
      line: Math.max(line, 1) + origin.lines,
      column: Math.max(col, 1) + origin.indent,
      path,
      message,
    }
  }
  const errors = [...document.errors, ...document.warnings].map(({ pos, message }) => at(pos[0], message))
  if (errors.length > 0) throw new BgpConfigError(errors)
  return {
    value: plain(document, at),
    lineOf: (path) => counter.linePos(offsetOf(document, path, false)).line - 1,
    problem: ({ path, message, atKey = false }) => at(offsetOf(document, path, atKey), message, formatPath(path)),
  }
}

/** An alias that leads nowhere only shows when values are made. */
function plain(document: Document, at: (offset: number, message: string) => Problem): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new BgpConfigError([at(0, (error as Error).message)])
  }
}

/** The offset of what the path leads to, or of the deepest part of it that is there. */
function offsetOf(document: Document, path: Finding['path'], atKey: boolean): number {
  let node: unknown = document.contents
  let offset = start(node) ?? 0
  for (const [depth, part] of path.entries()) {
    const found = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === part)
      : isSeq(node) && typeof part === 'number'
        ? node.items[part]
        : undefined
    if (found === undefined) break
    const last = atKey && depth === path.length - 1
    const wanted = isPair(found) ? (last ? found.key : (found.value ?? found.key)) : found
    offset = start(wanted) ?? offset
    node = wanted
  }
  return offset
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
