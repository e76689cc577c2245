import { existsSync, rmSync } from 'node:fs'
import { detachHook, presentHooks, removeIfEmpty } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** Takes the programs off this host: what arrives first, then what leaves, then pins. A line for each thing done. */
export function removeDecap(paths: InstancePaths): string[] {
  const hooks = presentHooks(paths).toSorted((a, b) => a.direction.localeCompare(b.direction))
  const lines = hooks.flatMap((hook) => detachHook(paths, hook) ?? [])
  const pins = existsSync(paths.maps)
  rmSync(paths.pins, { recursive: true, force: true })
  rmSync(paths.run, { recursive: true, force: true })
  for (const folder of [paths.bpfRoot, paths.runDir]) removeIfEmpty(folder)
  return [...lines, ...(pins ? [`${paths.pins}: tables removed`] : [])]
}
