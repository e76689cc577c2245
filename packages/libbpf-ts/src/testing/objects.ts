import { readFileSync } from 'node:fs'

/** A committed object of `test-objects/`. */
export function testObject(name: string): Uint8Array {
  return new Uint8Array(readFileSync(testObjectPath(name)))
}

export function testObjectPath(name: string): string {
  return new URL(`../../test-objects/${name}`, import.meta.url).pathname
}
