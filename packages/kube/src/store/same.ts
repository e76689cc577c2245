/** Whether two objects of one kind say the same. Their resource versions do not count: they also count what nobody keeps. */
export function sameObject(a: unknown, b: unknown): boolean {
  return same(a, b, true)
}

function same(a: unknown, b: unknown, top = false): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]))
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => {
    const [left, right] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]]
    if (top && key === 'metadata') return sameMetadata(left as object, right as object)
    return Object.hasOwn(b, key) && same(left, right)
  })
}

function sameMetadata(a: object, b: object): boolean {
  return same({ ...a, resourceVersion: '' }, { ...b, resourceVersion: '' })
}
