import { spawnSync } from 'node:child_process'

/** What the name of a need for Go begins with; the version follows. */
export const GO = 'go-'

/** Why nothing can be built with Go here that asks for this version; `undefined` where it can. */
export function whyNoGo(wanted: string): string | undefined {
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env })
  if (status !== 0) return `no go in PATH (${wanted} or newer is needed)`
  const version = stdout.trim().replace(/^go/, '')
  return isOlder(version, wanted) ? `this is Go ${version}; ${wanted} or newer is needed` : undefined
}

/** By their numbers, from the left: 1.9.2 is older than 1.26.0. */
export function isOlder(version: string, wanted: string): boolean {
  const [left, right] = [numbers(version), numbers(wanted)]
  for (const [index, number] of right.entries()) {
    const difference = (left[index] ?? 0) - number
    if (difference !== 0) return difference < 0
  }
  return false
}

function numbers(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number)
}
