const HIDDEN = '***'

/** What is in names whose values are nobody's business, to their end. Bounded: a text may be one word of megabytes. */
const NAME = String.raw`(?:passw(?:or)?d|passphrase|secret|token|authorization|api[-_]?key|private[-_]?key|md5)[\w.-]{0,128}`

/** Switches give nothing away, and neither does what is empty. */
const VALUE = String.raw`(?!\s|["']{2}|(?:true|false|null)\b)(?:"[^"\n]*"|'[^'\n]*'|[^\s,}\]]+)`

const rules: readonly (readonly [pattern: RegExp, becomes: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/g, `$1 ${HIDDEN}`],
  // "password": "…", password: … and PASSWORD=…
  [new RegExp(String.raw`(${NAME}["']?\s*[:=]\s*)${VALUE}`, 'gi'), `$1"${HIDDEN}"`],
  // JSON Web Tokens: those of service accounts.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/(\b\w{1,32}:\/\/[^\s:/@]+):[^\s/@]+@/g, `$1:${HIDDEN}@`],
]

/** A text without what opens doors: passwords (of BGP sessions, say), tokens, private keys. */
export function mask(text: string): string {
  return rules.reduce((masked, [pattern, becomes]) => masked.replaceAll(pattern, becomes), text)
}
