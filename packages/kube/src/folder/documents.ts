import { type Path, parseDocuments, type SourceDocument } from '@skep/config-file'

/** One object as it stands in a file. */
export interface RawDocument {
  readonly apiVersion: unknown
  readonly kind: unknown
  readonly value: unknown
  /** Where a part of it stands: `web.yaml:12:7`. */
  placeOf(path: Path): string
}

/**
 * The objects of a file: those of each document, and of each `List` in one. Throws a `ConfigError` with every place that is no YAML.
 * A file with nothing in it is an error as well: it is most often one that somebody is just writing.
 */
export function readDocuments(file: string, text: string): RawDocument[] {
  const documents = parseDocuments(file, text).flatMap((document) => objectsOf(document, document.value, []))
  if (documents.length > 0) return documents
  throw new Error(`${file}:1:1: the file is empty; remove it where its objects are to go`)
}

function objectsOf(document: SourceDocument, value: unknown, at: Path): RawDocument[] {
  const { apiVersion, kind, items } = (typeof value === 'object' && value !== null ? value : {}) as {
    apiVersion?: unknown
    kind?: unknown
    items?: unknown
  }
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item: unknown, i) => objectsOf(document, item, [...at, 'items', i]))
  const placeOf = (path: Path): string => {
    const { file, line, column } = document.refusal([{ path: [...at, ...path], message: '' }]).problems[0]!
    return `${file}:${line}:${column}`
  }
  return [{ apiVersion, kind, value, placeOf }]
}
