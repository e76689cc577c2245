import { existsSync, writeFileSync } from 'node:fs'
import type { Logger } from '@skep/daemon'
import {
  currentNamespace,
  type DecapSpec,
  ensureBpffs,
  fixedSizes,
  type Ledger,
  ownInstance,
  presentHooks,
  recordOwner,
  requireSameNamespace,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { missingForRun, PreflightError } from '../host/preflight.ts'
import { Keeper } from './keeper.ts'
import { loadDecapConfig } from './load.ts'
import { devicesOfMachine } from './machine.ts'
import { removeDecap } from './uninstall.ts'

/** Installs or adopts the programs and keeps them as configured until the signal aborts. Traffic goes on after that. */
export async function runDecap(paths: InstancePaths, file: string, log: Logger, signal: AbortSignal): Promise<void> {
  let keeper: Keeper | undefined
  const onHangUp = (): void => keeper?.reload('asked')
  // From the first moment on: SIGHUP must never end this process.
  process.on('SIGHUP', onHangUp)
  signal.addEventListener('abort', () => process.off('SIGHUP', onHangUp), { once: true })
  const missing = missingForRun(paths)
  if (missing.length > 0) throw new PreflightError(missing)
  const read = (): DecapSpec =>
    loadDecapConfig(file, { machine: devicesOfMachine, accept: (spec) => fixedSizes(paths, spec) })
  read()
  ensureBpffs(paths.pins)
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => presentHooks(paths).some(({ index }) => index !== 0))
  using started = start(paths, read, log)
  keeper = started
  noteNamespace(paths)
  recordOwner(paths, file)
  console.log(`ready: ${file}`)
  await started.follow(file, signal)
}

/** A first start that fails leaves nothing; one over a running installation leaves that as it was. */
function start(paths: InstancePaths, read: () => DecapSpec, log: Logger): Keeper {
  const first = !existsSync(paths.maps)
  try {
    return new Keeper(paths, read, log)
  } catch (error) {
    if (first) removeDecap(paths)
    throw error
  }
}

/** In the form in which a load balancer notes its own: both ask it before they touch what is there. */
function noteNamespace(paths: InstancePaths): void {
  const ledger: Ledger = { namespace: currentNamespace(), claims: [] }
  writeFileSync(paths.settings, JSON.stringify(ledger), { mode: 0o600 })
}
