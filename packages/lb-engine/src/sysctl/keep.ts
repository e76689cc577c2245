import { dirname } from 'node:path'
import { lockFolder } from '../instance/lock.ts'
import { isRange, isSameWant, sameClaim, valueAfter, valueFor, withoutMine, type Claim } from './claim.ts'
import { currentNamespace, readClaims, siblings, writeClaims } from './ledger.ts'
import type { Settings } from './proc.ts'
import type { Wanted } from './wanted.ts'

/** A setting that was changed, or would be. */
export interface Change {
  readonly key: string
  readonly from: string
  readonly to: string
}

/** What must be written for the settings to be as wanted. Nothing is changed. */
export function plannedChanges(wanted: readonly Wanted[], settings: Settings): Change[] {
  return wanted.flatMap(({ key, want }) => change(key, settings, (current) => valueFor(want, current)))
}

/**
 * Makes the settings as wanted, noting in `file` what each was before, and gives back those that are no longer
 * wanted. A setting that several instances want goes back to what it was before the first when the last leaves.
 */
export function keepSettings(file: string, wanted: readonly Wanted[], settings: Settings): Change[] {
  if (isKept(file, wanted, settings)) return []
  using _lock = lockFolder(dirname(dirname(file)), { waitSeconds: 10 })
  const namespace = currentNamespace()
  const claims = readClaims(file, namespace)
  const stale = claims.filter((claim) => !wanted.some((want) => sameClaim(claim, want)))
  const released = stale.toReversed().flatMap((claim) => release(file, namespace, claim, settings))
  const before = new Map(claims.filter((claim) => !stale.includes(claim)).map((claim) => [claim.key, claim.before]))
  const kept = wanted.flatMap(({ key, want }) => {
    const found = before.get(key) ?? settings.read(key)
    return found === undefined ? [] : [{ key, want, before: found }]
  })
  writeClaims(file, namespace, kept)
  return [...released, ...write(plannedChanges(wanted, settings), settings)]
}

/** Nothing to do: the common case, which takes no lock. Only this instance writes its file, but for what it inherits. */
function isKept(file: string, wanted: readonly Wanted[], settings: Settings): boolean {
  const claims = readClaims(file, currentNamespace())
  const present = wanted.filter(({ key }) => settings.read(key) !== undefined)
  const claimed = present.every((want) => claims.some((claim) => isSameWant(claim, want)))
  return claimed && claims.length === present.length && plannedChanges(wanted, settings).length === 0
}

/** Gives every setting of the instance back. */
export function restoreSettings(file: string, settings: Settings): Change[] {
  return keepSettings(file, [], settings)
}

function release(file: string, namespace: string, claim: Claim, settings: Settings): Change[] {
  const theirs = siblings(file).flatMap((sibling) => {
    const claims = readClaims(sibling, namespace)
    writeClaims(
      sibling,
      namespace,
      claims.map((other) => withoutMine(other, claim)),
    )
    return claims.filter(({ key }) => key === claim.key)
  })
  if (theirs.length > 0 && !isRange(claim.want)) return []
  return write(
    change(claim.key, settings, (current) => valueAfter(claim, current, theirs)),
    settings,
  )
}

function change(key: string, settings: Settings, next: (current: string) => string): Change[] {
  const from = settings.read(key)
  if (from === undefined) return []
  const to = next(from)
  return to === from ? [] : [{ key, from, to }]
}

function write(changes: readonly Change[], settings: Settings): Change[] {
  for (const { key, to } of changes) settings.write(key, to)
  return [...changes]
}
