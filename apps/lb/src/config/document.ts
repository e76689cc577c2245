import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  visit,
} from 'yaml'
import { formatPath, type Finding, type Path, type Problem } from './problem.ts'

/** A YAML text with one document: its plain value, and the lines where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown
  locate(finding: Finding): Problem
}

/** Parses YAML 1.2. What is not YAML is returned as problems, all of them. */
export function parseDocument(file: string, text: string): SourceDocument | readonly Problem[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const problem = (offset: number, message: string, path: Path = []): Problem => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: formatPath(path), message }
  }
  const [document, second] = Array.isArray(documents) ? documents : []
  if (document === undefined || document.contents === null)
    return [problem(0, 'the file is empty; start with apiVersion: skep.dev/v1')]
  const errors = [...document.errors, ...document.warnings].map(({ pos, message }) => problem(pos[0], message))
  if (second) errors.push(problem(second.range[0], 'a second document begins here; a configuration is one document'))
  if (errors.length > 0) return errors
  const value = plain(document)
  if (value instanceof Unreadable) return [problem(value.offset, value.message)]
  return {
    value: value.plain,
    locate: ({ path, message, atKey }) => problem(offsetOf(document, path, atKey ?? false), message, path),
  }
}

class Unreadable extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** An alias that leads nowhere, or too many of them, only shows when values are made. */
function plain(document: Document): { plain: unknown } | Unreadable {
  try {
    return { plain: document.toJS() }
  } catch (error) {
    let offset = 0
    visit(document, {
      Alias: (_key, alias) => {
        if (alias.resolve(document) !== undefined) return undefined
        offset = start(alias) ?? 0
        return visit.BREAK
      },
    })
    return new Unreadable((error as Error).message, offset)
  }
}

/** The offset of what the path leads to, or of the deepest part of it that is there. */
function offsetOf(document: Document, path: Path, atKey: boolean): number {
  let node: unknown = document.contents
  let offset = start(node) ?? 0
  for (const [depth, part] of path.entries()) {
    const step = child(document, node, part)
    if (step === undefined) break
    const wanted = isPair(step) && (depth < path.length - 1 || !atKey) ? step.value : isPair(step) ? step.key : step
    offset = start(wanted) ?? (isPair(step) ? start(step.key) : undefined) ?? offset
    node = isPair(step) ? step.value : step
  }
  return offset
}

function child(document: Document, node: unknown, part: PropertyKey): Pair | Node | undefined {
  const resolved = isAliasNode(node) ? node.resolve(document) : node
  if (isMap(resolved)) return resolved.items.find(({ key }) => isScalar(key) && key.value === part)
  if (isSeq(resolved) && typeof part === 'number') return resolved.items[part] as Node | undefined
  return undefined
}

function isAliasNode(node: unknown): node is { resolve(document: Document): unknown } {
  return typeof node === 'object' && node !== null && 'resolve' in node && typeof node.resolve === 'function'
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
