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
import { ConfigError, formatPath, type Finding, type Path, type Problem } from './problem.ts'

/** Where a text begins within a file: a configuration may be a block of text inside another document. */
export interface Origin {
  readonly file: string
  /** How many lines come before, and how far its own are indented. */
  readonly lines: number
  readonly indent: number
}

/** A YAML text with one document: its plain value, and where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown
  /** The line of what the path leads to, within the text, from 0. */
  lineOf(path: Path): number
  /** All that is wrong with it, in the order of the text. */
  refusal(findings: readonly Finding[]): ConfigError
}

/** Parses YAML 1.2. Throws {@link ConfigError} with all that is wrong where it is none, or is not one document. */
export function parseDocument(origin: string | Origin, text: string): SourceDocument {
  const { documents, problemAt } = parseText(origin, text)
  const [document, second] = documents
  if (document === undefined || document.contents === null)
    throw new ConfigError([problemAt(0, 'the file is empty; start with apiVersion: skep.dev/v1')])
  const errors = errorsOf(document, problemAt)
  if (second) errors.push(problemAt(second.range[0], 'a second document begins here; a configuration is one document'))
  if (errors.length > 0) throw new ConfigError(errors)
  return sourceOf(document, problemAt)
}

/** The same of a file with many documents; those that are empty are left out. Throws {@link ConfigError} with all that is wrong. */
export function parseDocuments(origin: string | Origin, text: string): SourceDocument[] {
  const { documents, problemAt } = parseText(origin, text)
  const errors = documents.flatMap((document) => errorsOf(document, problemAt))
  if (errors.length > 0) throw new ConfigError(errors)
  return documents.map((document) => sourceOf(document, problemAt)).filter(({ value }) => value != null)
}

interface ProblemAt {
  (offset: number, message: string, path?: Path): Problem
  /** From 1, within the text. */
  lineOf(offset: number): number
}

function parseText(origin: string | Origin, text: string): { documents: Document.Parsed[]; problemAt: ProblemAt } {
  const { file, lines, indent } = typeof origin === 'string' ? { file: origin, lines: 0, indent: 0 } : origin
  const counter = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, stringKeys: true })
  const problemAt = (offset: number, message: string, path: Path = []): Problem => {
    const { line, col } = counter.linePos(offset)
    const place = { line: Math.max(line, 1) + lines, column: Math.max(col, 1) + indent }
    return { file, ...place, path: formatPath(path), message }
  }
  const lineOf = (offset: number): number => counter.linePos(offset).line
  return { documents: Array.isArray(documents) ? documents : [], problemAt: Object.assign(problemAt, { lineOf }) }
}

function errorsOf(document: Document.Parsed, problemAt: ProblemAt): Problem[] {
  return [...document.errors, ...document.warnings].map(({ pos, message }) => problemAt(pos[0], message))
}

function sourceOf(document: Document.Parsed, problemAt: ProblemAt): SourceDocument {
  const value = plain(document)
  if (value instanceof Unreadable) throw new ConfigError([problemAt(value.offset, value.message)])
  const locate = ({ path, message, atKey = false }: Finding): Problem =>
    problemAt(offsetOf(document, path, atKey), message, path)
  return {
    value: value.plain,
    lineOf: (path) => problemAt.lineOf(offsetOf(document, path, false)) - 1,
    refusal: (findings) => new ConfigError(inOrder(findings.map(locate))),
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
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
