/** What is wrong with the names of some options: those that nothing has are not silently ignored. */
export function unknownKeys(options: object, known: Readonly<Record<string, true>>): string[] {
  const names = Object.keys(options).filter((name) => !Object.hasOwn(known, name))
  return names.map((name) => `unknown option ${JSON.stringify(name)}; there are ${Object.keys(known).join(', ')}`)
}
