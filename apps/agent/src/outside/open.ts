import { mountBpffs } from 'libbpf-ts'
import {
  checkLayouts,
  type EngineSettings,
  ensureBpffs,
  finishUpgrade,
  fixedFindings,
  formatKey,
  hasLiveLinks,
  type InstancePaths,
  kernelNotes,
  LbError,
  ownInstance,
  readInstalled,
  recordOwner,
  requireSameNamespace,
  tableNotes,
} from '@skep/lb-engine'
import type { Netlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import { mkdirSync } from 'node:fs'
import type { Settings } from '../options/catalogue/index.ts'
import { Outside } from './outside.ts'
import { servesOutside } from '../options/serves-outside.ts'
import { protectNodePorts } from './node-ports.ts'
import { kernelSettings, outsidePaths, outsideSettings, returnsPaths, ringSize } from './settings.ts'
import { optionAt, terms } from './words.ts'

/** What was asked for. */
export interface OutsideSetup {
  readonly paths: InstancePaths
  readonly engine: EngineSettings
  readonly mode: 'snat' | 'dsr' | 'hybrid'
  readonly algorithm: 'maglev' | 'random'
}

/** Packets from outside, opened or not. Closing it leaves in the kernel what is there. */
export interface OpenedOutside extends Disposable {
  /** `undefined`: not asked for. */
  readonly settings?: OutsideSetup
  /** `undefined`: not asked for, or see `trouble`. */
  readonly outside: Outside | undefined
  /** Why they are not served although that is asked for. */
  readonly trouble?: string
}

/** Serves packets from outside where the options ask for it. What stands against it is told, and is no reason to stop. */
export function openOutside(settings: Settings, netlink: Netlink, log: Logger): OpenedOutside {
  if (!servesOutside(settings)) return { outside: undefined, [Symbol.dispose]: () => {} }
  const setup = setupOf(settings)
  using stack = new DisposableStack()
  try {
    const outside = open(setup, { settings, netlink, log, stack })
    const opened = stack.move()
    return { settings: setup, outside, [Symbol.dispose]: () => opened.dispose() }
  } catch (error) {
    const trouble = `packets from outside are not served: ${(error as Error).message}`
    log.error({ err: error }, trouble)
    return { settings: setup, outside: undefined, trouble, [Symbol.dispose]: () => {} }
  }
}

function setupOf(settings: Settings): OutsideSetup {
  return {
    paths: outsidePaths(settings),
    engine: outsideSettings(settings),
    mode: settings['node-port-mode'] || settings['bpf-lb-mode'],
    algorithm: settings['node-port-algorithm'] || settings['bpf-lb-algorithm'],
  }
}

interface Opening {
  readonly settings: Settings
  readonly netlink: Netlink
  readonly log: Logger
  readonly stack: DisposableStack
}

function open({ paths, engine: wanted }: OutsideSetup, { settings, netlink, log, stack }: Opening): Outside {
  mkdirSync(settings['bpf-root'], { recursive: true, mode: 0o700 })
  mountBpffs(settings['bpf-root'])
  ensureBpffs(paths.pins)
  stack.use(ownInstance(paths, terms))
  recordOwner(paths, 'skep-agent')
  requireSameNamespace(paths, () => hasLiveLinks(paths))
  const returns = returnsPaths(settings)
  mkdirSync(returns.run, { recursive: true, mode: 0o700 })
  finishUpgrade(paths)
  checkLayouts(paths, terms)
  const installed = readInstalled(paths)
  const [fixed] = installed ? fixedFindings(installed, wanted, terms) : []
  if (fixed) throw new LbError('CONFLICT', `${optionAt(fixed.path)}: ${fixed.message}`)
  for (const { key, to } of protectNodePorts(settings, kernelSettings(settings)))
    log.info(`${formatKey(key)} is ${to}, which keeps local sockets from NodePorts`)
  for (const note of [...kernelNotes(), ...tableNotes(wanted, installed, terms)]) log.info(note)
  return stack.use(
    new Outside({
      paths,
      returns,
      settings: wanted,
      netlink,
      kernel: kernelSettings(settings),
      ringSize: ringSize(settings),
    }),
  )
}
