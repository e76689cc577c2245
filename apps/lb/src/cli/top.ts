import { existsSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { LbError, type OpenInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { Declared, lastConfig } from '../status/last-config.ts'
import { showLive } from '../top/live.ts'
import { ratesBetween } from '../top/rates.ts'
import { type Sample, takeSample } from '../top/sample.ts'
import { Screen } from '../top/screen.ts'
import { keyHelp } from '../top/state.ts'
import { report } from '../top/view.ts'
import { documented, notInstalled } from './help.ts'
import { onInstance } from './instance.ts'
import { seconds } from './numbers.ts'
import { addCommand, type InstanceFlags } from './options.ts'

interface TopFlags extends InstanceFlags {
  readonly interval: number
  readonly once?: boolean
  readonly json?: boolean
}

export function addTop(root: Command): void {
  const command = addCommand(root, 'top', 'show services and backends live, with packets and bytes per second')
    .option('--interval <seconds>', 'between two looks', seconds(0.1, 3600), 1)
    .option('--once', 'look for one interval and print; so it is where the output is no terminal')
    .option('--json', 'once, as one JSON document')
  documented(command, ['skep-lb top', 'skep-lb top --once --interval 5'], notInstalled)
    .addHelpText('after', `\nKeys: ${keyHelp}`)
    .action(async (flags: TopFlags) => onInstance(flags, async (open, paths) => top(open, paths, flags)))
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
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  using screen = new Screen(process.stdin, process.stdout)
  await showLive(screen, { title, sample, intervalMs }, controller.signal)
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
