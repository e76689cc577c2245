import { rmSync } from 'node:fs'
import { detachHook, formatKey, ownInstance, presentHooks, uninstall } from '@skep/lb-engine'
import type { Settings } from '../options/catalogue/index.ts'
import { releaseNodePorts } from './node-ports.ts'
import { kernelSettings, outsidePaths, returnsPaths } from './settings.ts'
import { terms } from './words.ts'

/**
 * Takes what serves packets from outside off this node. Throws `LbError` BUSY where an agent runs. Says what it did, a line
 * each; nothing where nothing was.
 */
export function uninstallOutside(settings: Pick<Settings, 'bpf-root' | 'state-dir' | 'procfs'>): string[] {
  const paths = outsidePaths(settings)
  const returns = returnsPaths(settings)
  using _owned = ownInstance(paths, terms)
  const done = uninstall(paths, () => [], kernelSettings(settings))
  const hooks = presentHooks(returns).flatMap((hook) => detachHook(returns, hook) ?? [])
  for (const folder of [returns.pins, returns.run]) rmSync(folder, { recursive: true, force: true })
  const released = releaseNodePorts(settings, kernelSettings(settings))
  const ports = released.map(({ key, from, to }) => `${formatKey(key)}: ${from} → ${to}`)
  return [...done, ...hooks, ...ports]
}
