const DOC_TAG = 'doc:'

/** `btf_decl_tag("bytes")`: read the field as bytes, whatever it is. */
export const BYTES_TAG = 'bytes'

/** The texts of `btf_decl_tag("doc:…")`s among a type's tags. */
export function docs(tags: readonly string[]): string[] {
  return tags.filter((tag) => tag.startsWith(DOC_TAG)).map((tag) => tag.slice(DOC_TAG.length).trim())
}
