const HIDDEN = '***'

/** Names whose values are nobody's business. */
const NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|authorization|api[-_]?key|private[-_]?key|md5)[\w.-]*`

const rules: readonly (readonly [pattern: RegExp, becomes: string])[] = [
  // "password": "…" and password: …, also of YAML's lists; what is empty or a switch tells more than it gives away.
  [
    new RegExp(String.raw`(["']?\b${NAME}["']?\s*[:=]\s*)(?!\s|["']{2}|true\b|false\b|null\b|\d+\s*[,\n])("[^"\n]*"|'[^'\n]*'|[^\s,}\]]+)`, 'gi'),
    `$1"${HIDDEN}"`,
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, HIDDEN],
  // JSON Web Tokens: those of service accounts.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/g, `$1 ${HIDDEN}`],
  [/(\b\w+:\/\/[^\s:/@]+):[^\s/@]+@/g, `$1:${HIDDEN}@`],
]

/** A text without what opens doors: passwords (of BGP sessions, say), tokens, private keys. */
export function mask(text: string): string {
  return rules.reduce((masked, [pattern, becomes]) => masked.replaceAll(pattern, becomes), text)
}
