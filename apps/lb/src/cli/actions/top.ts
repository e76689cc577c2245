import { existsSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilEnded } from '@skep/daemon'
import { LbError, type OpenInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../../instance/paths.ts'
import { Declared, lastConfig } from '../../status/last-config.ts'
import { showLive } from '../../top/live.ts'
import { ratesBetween } from '../../top/rates.ts'
import { type Sample, takeSample } from '../../top/sample.ts'
import { Screen } from '../../top/screen.ts'
import { report } from '../../top/view.ts'
import type { TopFlags } from '../top.ts'
import { onInstance } from './instance.ts'

/** `skep-lb top` */
export async function showTop(flags: TopFlags): Promise<void> {
  await onInstance(flags, async (open, paths) => top(open, paths, flags))
}

async function top(open: OpenInstance, paths: InstancePaths, flags: TopFlags): Promise<void> {
  const intervalMs = 1000 * flags.interval
  const sample = sampler(open, paths)
  const title = () => `skep-lb ${paths.instance}, ${new Date().toLocaleTimeString()}, over ${flags.interval} s`
  if (flags.once === true || flags.json === true || !process.stdout.isTTY || !process.stdin.isTTY) {
    const before = sample()
    await sleep(intervalMs)
    const rates = ratesBetween(before, sample())
    console.log(flags.json === true ? JSON.stringify(rates, undefined, 2) : report(rates, title()))
    return
  }
  const ending = untilEnded()
  using screen = new Screen(process.stdin, process.stdout)
  await showLive(screen, { title, sample, intervalMs }, ending)
}

/** Names are read again only when they may have changed. */
function sampler(open: OpenInstance, paths: InstancePaths): () => Sample {
  let read = -1
  let declared = new Declared(undefined)
  return () => {
    if (!existsSync(paths.maps)) throw new LbError('NOT_FOUND', `instance ${paths.instance} was uninstalled`)
    const changed = existsSync(paths.applied) ? statSync(paths.applied).mtimeMs : 0
    if (changed !== read) declared = new Declared(lastConfig(paths))
    read = changed
    return takeSample(open, declared)
  }
}
