/** A package as `apt-cache show` tells of it. */
export interface Stanza {
  readonly package: string
  readonly version: string
  /** Names only. */
  readonly depends: readonly string[]
  readonly sha256: string
}

/** Reads what `apt-cache show` prints. */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n\n+/)
    .map(fieldsOf)
    .filter((fields) => fields.has('Package'))
    .map((fields) => ({
      package: fields.get('Package') ?? '',
      version: fields.get('Version') ?? '',
      depends: (fields.get('Depends') ?? '').split(/[,|]/).flatMap((one) => /^\s*(\S+)/.exec(one)?.[1] ?? []),
      sha256: fields.get('SHA256') ?? '',
    }))
}

/** Lines that go on, which begin with a space, belong to descriptions. */
function fieldsOf(stanza: string): Map<string, string> {
  const fields = stanza.split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  return new Map(fields)
}
