import { formatPath, type Finding, type Path } from '@skep/config-file'

/** A list and where it stands. What is wrong by itself is `undefined`. */
export interface Placed<T> {
  readonly path: Path
  readonly values: readonly (T | undefined)[]
}

/** Paths are only made of what is found twice: there may be a hundred thousand of something. */
export function duplicates<T>(
  lists: readonly Placed<T>[],
  key: (value: T) => string,
  message: (value: T, first: string) => string,
  place: (path: Path, index: number) => Path = (path, index) => [...path, index],
): Finding[] {
  const seen = new Map<string, readonly [list: number, index: number]>()
  const found: Finding[] = []
  lists.forEach(({ path, values }, list) => {
    values.forEach((value, index) => {
      if (value === undefined) return
      const text = key(value)
      const first = seen.get(text)
      if (first === undefined) seen.set(text, [list, index])
      else {
        const at = formatPath(place(lists[first[0]]!.path, first[1]))
        found.push({ path: place(path, index), message: message(value, at) })
      }
    })
  })
  return found
}
