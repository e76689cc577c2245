import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { keepHeartbeat } from '@skep/neighbor'
import { type MonitorEvent, openNetlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import { Announcer } from './announce/announcer.ts'
import { serveApi } from './api/serve.ts'
import { BgpAnnouncer } from './bgp/announcer.ts'
import type { Config } from './config/config.ts'
import { Controller } from './controller/controller.ts'
import type { ControllerParts } from './controller/parts.ts'
import {
  checkLayouts,
  Engine,
  ensureBpffs,
  finishUpgrade,
  fixedFindings,
  hasLiveLinks,
  kernelNotes,
  ownInstance,
  pulseSeconds,
  readInstalled,
  requireSameNamespace,
  tableNotes,
} from '@skep/lb-engine'
import type { InstancePaths } from './instance/paths.ts'
import { Drainer } from './drain/drainer.ts'
import { Health } from './health/health.ts'
import { missingForRun, PreflightError } from './host/preflight.ts'
import { FollowedMetrics } from './metrics/index.ts'
import { readStatus } from './status/read.ts'
import { accepted } from './source/accepted.ts'
import type { Declared, Source } from './source/source.ts'
import { removeInstance } from './uninstall.ts'

const PULSE_RETRY_MS = 1000

/** What is served beside the traffic. */
export interface RunOptions {
  /** Where Cilium's API is served, too. */
  readonly ciliumSocket?: string | undefined
}

/** Runs the instance until the signal aborts. Traffic goes on after that, and also when this is killed at any point. */
export async function run(
  paths: InstancePaths,
  source: Source,
  log: Logger,
  signal: AbortSignal,
  options: RunOptions = {},
): Promise<void> {
  let controller: Controller | undefined
  // From the first moment on: SIGHUP must never end this process.
  const onError = (message: string) => log.warn(message)
  source.watch({ onChange: (occasion) => void controller?.reload(occasion), onError }, signal)
  const missing = missingForRun(paths)
  if (missing.length > 0) throw new PreflightError(missing)
  // Without any lock or folder yet: what is refused here has changed nothing.
  const declared = source.parse(source.read(), () => [])
  ensureBpffs(paths.pins)
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => hasLiveLinks(paths))
  finishUpgrade(paths)
  checkLayouts(paths)
  for (const note of kernelNotes()) log.info(note)
  await using health = await openHealth(paths, declared.config, log)
  await using announcer = new Announcer(paths, log)
  await using bgp = new BgpAnnouncer(paths, log)
  using stack = new DisposableStack()
  try {
    controller = start({ paths, source, log, health, announcer, bgp }, declared, stack)
  } catch (error) {
    // Nothing stays of a first start that failed.
    if (!existsSync(paths.run)) await health.stop()
    throw error
  }
  await using metrics = new FollowedMetrics(
    () => readStatus(paths),
    log,
    () => bgp.metrics(),
  )
  controller.onConfig = (now) => metrics.want(now.metrics)
  metrics.want(controller.config.metrics)
  await using _api = await serveApi({ paths, controller, log, metrics: () => metrics.text() }, options)
  // It may have changed while nobody could be told.
  await controller.reload('changed')
  controller.tellReady()
  await Promise.all([controller.follow(signal), followPulse(controller, log, signal)])
}

/** Without it the datapath asks the kernel for every packet: slower, and as right. */
async function followPulse(controller: Controller, log: Logger, signal: AbortSignal): Promise<void> {
  const note = (event: MonitorEvent) => controller.noteNeighbors(event)
  while (!signal.aborted) {
    try {
      using netlink = openNetlink()
      await keepHeartbeat(netlink, controller.heartbeat, { limitMs: pulseSeconds * 1000, note, signal })
    } catch (error) {
      log.warn({ err: error }, 'could not follow next hops; trying again')
      await delay(PULSE_RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function openHealth(paths: InstancePaths, config: Config, log: Logger): Promise<Health> {
  try {
    return await Health.open(paths, config, log)
  } catch (error) {
    if (readInstalled(paths) === undefined) removeInstance(paths)
    throw error
  }
}

/** A first start that fails leaves nothing; one over a running installation leaves that as it was. */
function start(
  parts: Pick<ControllerParts, 'paths' | 'source' | 'log' | 'health' | 'announcer' | 'bgp'>,
  declared: Declared,
  stack: DisposableStack,
): Controller {
  const { paths, source } = parts
  const installed = readInstalled(paths)
  using undo = new DisposableStack()
  if (installed === undefined) undo.defer(() => removeInstance(paths))
  const { config } = accepted(source, declared, (wanted) => (installed ? fixedFindings(installed, wanted) : []))
  for (const note of tableNotes(config, installed)) parts.log.warn(note)
  const netlink = stack.use(openNetlink())
  const engine = stack.use(new Engine(paths, config, netlink))
  const drainer = stack.use(new Drainer(paths, parts.log, parts.health))
  const controller = new Controller({ ...parts, engine, netlink, drainer })
  controller.start(declared)
  undo.move()
  return controller
}
