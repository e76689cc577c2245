import { setTimeout } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { MOST_DRAIN_SECONDS } from '../config/limits.ts'
import type { DrainProgress } from '../drain/progress.ts'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'
import { askApi } from './api.ts'
import { addCommand, type InstanceFlags } from './options.ts'

interface DrainFlags extends InstanceFlags {
  readonly timeout?: number
  readonly wait?: boolean
}

const POLL_MS = 1000

export function addDrain(root: Command): void {
  addCommand(root, 'drain', 'take a backend out of use: no new connections, those it has go on; also after a restart')
    .argument('<service>', 'its name')
    .argument('<backend>', 'address and port, like 10.1.0.11:8080')
    .option('--timeout <seconds>', 'after so long its connections end; left out: never', seconds)
    .option('--wait', 'until no connection is left, and say how many there are meanwhile')
    .action(async (service: string, backend: string, { timeout, wait, ...instance }: DrainFlags) => {
      const query = timeout === undefined ? '' : `?timeoutSeconds=${timeout}`
      const paths = instancePaths(instance)
      const progress = await askApi<DrainProgress>(paths, {
        method: 'PUT',
        path: `${pathOf(service, backend)}${query}`,
      })
      console.log(describe(progress))
      if (wait === true) await untilDrained(paths, progress)
    })
}

export function addUndrain(root: Command): void {
  addCommand(root, 'undrain', 'bring a drained backend back into use')
    .argument('<service>', 'its name')
    .argument('<backend>', 'address and port, like 10.1.0.11:8080')
    .action(async (service: string, backend: string, instance: InstanceFlags) => {
      await askApi(instancePaths(instance), { method: 'DELETE', path: pathOf(service, backend) })
      console.log(`${service} ${backend}: in use again`)
    })
}

async function untilDrained(paths: InstancePaths, began: DrainProgress): Promise<void> {
  for (let progress = began; progress.connections > 0;) {
    await setTimeout(POLL_MS)
    const now = await askApi<DrainProgress>(paths, { method: 'GET', path: pathOf(began.service, began.backend) })
    if (now.connections !== progress.connections) console.log(describe(now))
    progress = now
  }
}

function describe({ service, backend, connections, until, ended }: DrainProgress): string {
  const end = ended ? '; its time is over' : until === null ? '' : `; they end at ${until}`
  return `${service} ${backend}: drained, ${connections} ${connections === 1 ? 'connection' : 'connections'} open${end}`
}

function pathOf(service: string, backend: string): string {
  return `/v1/services/${encodeURIComponent(service)}/backends/${encodeURIComponent(backend)}/drain`
}

function seconds(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= MOST_DRAIN_SECONDS) return value
  throw new InvalidArgumentError(`write a whole number of seconds from 0 to ${MOST_DRAIN_SECONDS}`)
}
