import { Command } from 'commander'
import { addBugtool } from './bugtool/command.ts'
import { askAgent } from './cli/ask.ts'
import { backendsTable, type BgpDocument, bgpLines, servicesTable, statusLines } from './cli/tables.ts'
import type { Backend } from '@skep/services'
import type { ServiceRow, StatusDocument } from './control/documents.ts'
import { configDocument, configTable } from './options/explain.ts'
import { optionsHelp } from './options/help.ts'
import { loadOptions } from './options/load.ts'
import { uninstallOutside } from './outside/uninstall.ts'
import { run, socketOf } from './run.ts'

/** The command line. */
export function program(version: string): Command {
  const root = new Command('skep-agent')
    .description('Kubernetes services on a node, without kube-proxy.')
    .version(version)
  takingOptions(root.command('run'))
    .description('serves this node until SIGTERM; traffic goes on after that')
    .action(async (args: readonly string[]) => run(loadOptions(args, process.env), version, ended()))
  asking(root, 'status', 'how the agent, its sources and its maps are', (text) =>
    statusLines(JSON.parse(text) as StatusDocument, Date.now()),
  )
  asking(root, 'services', 'each frontend with its backends, and how they were chosen', (text) =>
    servicesTable(JSON.parse(text) as ServiceRow[]),
  )
  asking(root, 'backends', 'each backend with its id in the maps', (text) =>
    backendsTable(JSON.parse(text) as Backend[]),
  )
  asking(root, 'bgp', 'routers, and what becomes of each route at each of them, and why', (text) =>
    bgpLines(JSON.parse(text) as BgpDocument, Date.now()),
  )
  stateDir(root.command('metrics'))
    .description('the metrics, in Prometheus’ text format')
    .action(async ({ stateDir: dir }: { stateDir: string }) => {
      process.stdout.write(await askAgent(socketOf(dir), '/metrics'))
    })
  addExplain(root)
  addUninstall(root)
  addConfig(root)
  addBugtool(stateDir(takingOptions(root.command('bugtool'))))
  return root
}

function asking(root: Command, name: string, about: string, lines: (answer: string) => readonly string[]): void {
  stateDir(root.command(name))
    .description(about)
    .option('--json', 'as JSON', false)
    .action(async ({ stateDir: dir, json }: { stateDir: string; json: boolean }) => {
      const answer = await askAgent(socketOf(dir), `/${name}`)
      console.log(json ? answer : lines(answer).join('\n'))
    })
}

function addExplain(root: Command): void {
  stateDir(root.command('explain'))
    .description('why a service has the backends that it has, or where a connection goes')
    .argument('<what>', 'namespace/name of a service, or address:port')
    .action(async (what: string, { stateDir: dir }: { stateDir: string }) => {
      console.log(await askAgent(socketOf(dir), `/explain?what=${encodeURIComponent(what)}`))
    })
}

function addConfig(root: Command): void {
  takingOptions(root.command('config'))
    .description('what each option is and where that comes from; wrong ones are refused, as `run` does')
    .option('--json', 'as JSON', false)
    .action((args: readonly string[], { json }: { json: boolean }) => {
      const resolved = loadOptions(args, process.env)
      console.log(json ? JSON.stringify(configDocument(resolved)) : configTable(resolved).join('\n'))
    })
}

function addUninstall(root: Command): void {
  takingOptions(root.command('uninstall'))
    .description('takes the programs for packets from outside off this node, with their tables and kernel settings')
    .action((args: readonly string[]) => {
      const done = uninstallOutside(loadOptions(args, process.env).settings)
      console.log(done.join('\n') || 'nothing to take off')
    })
}

/** The agent's options are Cilium's: they are read by `loadOptions`, with the environment and the files. */
function takingOptions(command: Command): Command {
  return command
    .argument('[options...]', 'options of the agent, like --enable-ipv6=false')
    .allowUnknownOption()
    .addHelpText('after', () => `\n${optionsHelp().join('\n')}`)
}

function stateDir(command: Command): Command {
  return command.option('--state-dir <path>', 'where the running agent answers', '/run/skep')
}

function ended(): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  return ending.signal
}
