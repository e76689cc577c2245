import { Option, type Command } from 'commander'
import { pino, type Logger } from 'pino'
import { checkDecap } from '../decap/check.ts'
import { decapPaths } from '../decap/paths.ts'
import { runDecap } from '../decap/run.ts'
import { formatDecapStatus, readDecapStatus } from '../decap/status.ts'
import { removeDecap } from '../decap/uninstall.ts'
import { requirePrivileges } from '../host/preflight.ts'
import { ownInstance, presentHooks, requireSameNamespace } from '@skep/lb-engine'
import { addCommand, type InstanceFlags } from './options.ts'

interface Config {
  readonly config: string
}

/** `skep-lb decap …`: the commands for a host that is a backend. */
export function addDecap(root: Command): void {
  const decap = root
    .command('decap')
    .description('for backends: take IPIP off without a tunnel device, and answer as the service that an option names')
  addCommand(decap, 'run', 'install or adopt the programs, follow the configuration and the host’s addresses')
    .addOption(configOption())
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(async (options: InstanceFlags & Config & { logLevel: string }) => {
      const log = pino({ level: options.logLevel, base: null }, pino.destination({ fd: 2, sync: true }))
      await runDecap(decapPaths(options), options.config, log, endOfProcess(log))
    })
  addCommand(decap, 'check', 'validate a configuration and say what run would do on this host; changes nothing')
    .addOption(configOption())
    .action((options: InstanceFlags & Config) => {
      for (const line of checkDecap(decapPaths(options), options.config)) console.log(line)
    })
  addCommand(decap, 'status', 'show devices and counters; reads the kernel, so it works without run')
    .option('--json', 'as one JSON document')
    .action(status)
  addCommand(decap, 'uninstall', 'take the programs off the devices and remove their tables').action(uninstall)
}

function status(options: InstanceFlags & { json?: boolean }): void {
  requirePrivileges()
  const found = readDecapStatus(decapPaths(options))
  console.log(options.json === true ? JSON.stringify(found, undefined, 2) : formatDecapStatus(found))
  if (found.flows === null) process.exitCode = 3
}

function uninstall(options: InstanceFlags): void {
  requirePrivileges()
  const paths = decapPaths(options)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => presentHooks(paths).some(({ index }) => index !== 0))
  const lines = removeDecap(paths)
  for (const line of lines) console.log(line)
  console.log(lines.length === 0 ? `nothing of backend ${paths.instance} was installed` : 'uninstalled')
}

function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration, YAML').default('/etc/skep/decap.yaml')
}

function endOfProcess(log: Logger): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'ending; traffic goes on. To end it, too: skep-lb decap uninstall')
      controller.abort()
    })
  return controller.signal
}
