#!/usr/bin/env node
import { BpfError } from 'libbpf-ts'
import { pino, type Logger } from 'pino'
import { check } from './check.ts'
import { program, type Commands } from './cli/program.ts'
import { ConfigError } from './config/problem.ts'
import { hasLiveLinks } from './devices/links.ts'
import { requireSameNamespace } from './instance/namespace.ts'
import { ownInstance } from './instance/own.ts'
import { endHealth } from './health/ask.ts'
import { machineRules } from './machine.ts'
import { run } from './run.ts'
import { fileSource } from './source/file.ts'
import { formatStatus } from './status/format.ts'
import { readStatus } from './status/read.ts'
import { requirePrivileges } from './host/preflight.ts'
import { removeInstance } from './uninstall.ts'
import { version } from './version.ts'

const commands: Commands = {
  async run(paths, { config, logLevel }) {
    const log = logger(logLevel)
    await run(paths, fileSource(config, machineRules), log, endOfProcess(log))
  },
  check(paths, { config }) {
    for (const line of check(paths, config)) console.log(line)
  },
  async status(paths, { json }) {
    requirePrivileges()
    const status = await readStatus(paths)
    console.log(json === true ? JSON.stringify(status, undefined, 2) : formatStatus(status))
    if (status.devices.length === 0) process.exitCode = 3
  },
  async uninstall(paths) {
    requirePrivileges()
    // Once begun it is finished: half of an installation is of no use.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
    using _lock = ownInstance(paths)
    requireSameNamespace(paths, () => hasLiveLinks(paths))
    const health = await endHealth(paths.health)
    const lines = removeInstance(paths)
    if (health !== undefined) lines.push(`health process ${health}: ended`)
    for (const line of lines) console.log(line)
    console.log(lines.length === 0 ? `nothing of instance ${paths.instance} was installed` : 'uninstalled')
  },
}

/** Written at once: what was said before a kill -9 is there. */
function logger(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }))
}

function endOfProcess(log: Logger): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'ending; traffic goes on. To end it, too: skep-lb uninstall')
      controller.abort()
    })
  return controller.signal
}

try {
  await program(commands, version).parseAsync()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

/** What has a code is for the operator, who needs no stack. The verifier's log goes into a bug report. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof ConfigError)
    return `${error.message}\nrefused: ${error.problems.length} problems; nothing was changed`
  if (error instanceof BpfError && error.code === 'VERIFIER') return `${error.log}\n${error.message}`
  return 'code' in error ? error.message : (error.stack ?? error.message)
}
