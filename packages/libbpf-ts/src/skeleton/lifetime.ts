/** What `make` gives, disposable by disposing `resource`; if it fails, that happens at once. */
export function disposing<T extends object>(resource: Disposable, make: () => T): T & Disposable {
  using cleanup = new DisposableStack()
  cleanup.use(resource)
  const made = Object.assign(make(), { [Symbol.dispose]: () => resource[Symbol.dispose]() })
  cleanup.move()
  return made
}

/** An object whose properties are made when they are first read: what was left out of the load fails only where it is used. */
export function lazy<T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T {
  const properties = Object.entries<() => unknown>(makers).map(([name, make]) => [name, once(make)])
  return Object.defineProperties({}, Object.fromEntries(properties) as PropertyDescriptorMap) as T
}

function once(make: () => unknown): PropertyDescriptor {
  let made: { value: unknown } | undefined
  return { enumerable: true, get: () => (made ??= { value: make() }).value }
}
