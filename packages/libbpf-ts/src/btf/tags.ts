const DOC_TAG = 'doc:'

/** `btf_decl_tag("bytes")`: read the field as bytes, whatever it is. */
export const BYTES_TAG = 'bytes'

/** `btf_decl_tag("private")`: a map that only the program uses; it is no part of the skeleton, and never pinned with it. */
export const PRIVATE_TAG = 'private'

/** The texts of `btf_decl_tag("doc:…")`s among a type's tags. */
export function docs(tags: readonly string[]): string[] {
  return tags.filter((tag) => tag.startsWith(DOC_TAG)).map((tag) => tag.slice(DOC_TAG.length).trim())
}
