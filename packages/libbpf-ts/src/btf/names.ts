/** `nat_port_min` → `natPortMin`, `MAX_SIZE` → `maxSize`, `__x` → `x`. */
export function camelCase(name: string): string {
  const words = name.split('_').filter((word) => word !== '')
  if (words.length === 0) return name
  const shouting = name === name.toUpperCase()
  const [first = '', ...rest] = shouting ? words.map((word) => word.toLowerCase()) : words
  const joined = first.charAt(0).toLowerCase() + first.slice(1) + rest.map(capitalize).join('')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

/** `service_key4` → `ServiceKey4`. */
export function pascalCase(name: string): string {
  return capitalize(camelCase(name))
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
