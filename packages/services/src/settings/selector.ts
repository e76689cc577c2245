type Labels = Readonly<Record<string, string>>
type Requirement = (labels: Labels) => boolean

/** A label selector, or what is wrong with it. */
export type ParsedSelector = { readonly matches: Requirement } | { readonly trouble: string }

const key = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`
const value = String.raw`[-A-Za-z0-9_.]*`

/** Forms that a requirement may have, as `kubectl --selector` has them. */
const forms: readonly (readonly [RegExp, (key: string, value: string) => Requirement])[] = [
  [new RegExp(`^(${key})$`), (name) => (labels) => name in labels],
  [new RegExp(String.raw`^!\s*(${key})$`), (name) => (labels) => !(name in labels)],
  [new RegExp(String.raw`^(${key})\s*==?\s*(${value})$`), (name, one) => (labels) => labels[name] === one],
  [new RegExp(String.raw`^(${key})\s*!=\s*(${value})$`), (name, one) => (labels) => labels[name] !== one],
  [new RegExp(String.raw`^(${key})\s+in\s*\(([^()]*)\)$`), (name, list) => among(name, list, true)],
  [new RegExp(String.raw`^(${key})\s+notin\s*\(([^()]*)\)$`), (name, list) => among(name, list, false)],
  [
    new RegExp(String.raw`^(${key})\s*>\s*(-?\d+)$`),
    (name, limit) => (labels) => numberOf(labels[name]) > Number(limit),
  ],
  [
    new RegExp(String.raw`^(${key})\s*<\s*(-?\d+)$`),
    (name, limit) => (labels) => numberOf(labels[name]) < Number(limit),
  ],
]

/** Reads a label selector like `zone in (a, b), !gpu, tier=front`. Empty selects everything. */
export function parseSelector(text: string): ParsedSelector {
  const requirements: Requirement[] = []
  for (const part of text.trim() === '' ? [] : splitOutside(text)) {
    const requirement = readRequirement(part.trim())
    if (!requirement) return { trouble: `${JSON.stringify(part.trim())} is not a requirement` }
    requirements.push(requirement)
  }
  return { matches: (labels) => requirements.every((one) => one(labels)) }
}

function readRequirement(text: string): Requirement | undefined {
  for (const [pattern, make] of forms) {
    const found = pattern.exec(text)
    if (found) return make(found[1]!, found[2] ?? '')
  }
  return undefined
}

function among(name: string, list: string, wanted: boolean): Requirement {
  const values = new Set(list.split(',').map((one) => one.trim()))
  return (labels) => (labels[name] !== undefined && values.has(labels[name])) === wanted
}

/** Not a number fits no comparison. */
function numberOf(text: string | undefined): number {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : NaN
}

/** Splits at commas that stand in no brackets. */
function splitOutside(text: string): string[] {
  return text.split(/,(?![^()]*\))/)
}
