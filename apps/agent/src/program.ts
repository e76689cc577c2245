import { Command } from 'commander'
import { addBugtool } from './bugtool/command.ts'
import type * as Actions from './cli/actions.ts'
import { socketOf } from './control/socket.ts'

/** What commands do; whoever only asks for help does without. */
const actions = (): Promise<typeof Actions> => import('./cli/actions.ts')

const FIRST_STEPS = `
First steps, as root on a node:
  skep-agent config --enable-ipv6=false        what each option is; wrong ones are refused
  skep-agent run --k8s-kubeconfig-path=FILE    serves the node, beside kube-proxy, and stays in the foreground
  skep-agent status                            how it is, and what is wrong
  skep-agent explain default/web               why a service has the backends that it has
  skep-agent bugtool                           what somebody who helps needs to see
In a cluster it is a DaemonSet: deploy/kubernetes/skep-agent.yaml. All options: skep-agent config --help.

Exit codes:
  0  done
  1  it failed, and says why`

/** The command line. */
export function program(version: string): Command {
  const root = new Command('skep-agent')
    .description('Kubernetes services on a node, without kube-proxy.')
    .version(version)
    .addHelpText('after', FIRST_STEPS)
    .showHelpAfterError('(skep-agent --help shows how to use it)')
  takingOptions(root.command('run'))
    .description('serves this node until SIGTERM; traffic goes on after that')
    .action(async (args: readonly string[]) => (await import('./cli/run.ts')).runAgent(args, version))
  asking(root, 'status', 'how the agent, its sources and its maps are')
  asking(root, 'services', 'each frontend with its backends, and how they were chosen')
  asking(root, 'backends', 'each backend with its id in the maps')
  asking(root, 'bgp', 'routers, and what becomes of each route at each of them, and why')
  stateDir(root.command('metrics'))
    .description('the metrics, in Prometheus’ text format')
    .action(async (flags: StateDir) => (await actions()).printMetrics(socketOf(flags.stateDir)))
  addExplain(root)
  addUninstall(root)
  addConfig(root)
  addBugtool(stateDir(takingOptions(root.command('bugtool'))))
  return root
}

interface StateDir {
  readonly stateDir: string
}

function asking(root: Command, name: Actions.Table, about: string): void {
  stateDir(root.command(name))
    .description(about)
    .option('--json', 'as JSON', false)
    .action(async (flags: StateDir & { json: boolean }) =>
      (await actions()).printTable(socketOf(flags.stateDir), name, flags.json),
    )
}

function addExplain(root: Command): void {
  stateDir(root.command('explain'))
    .description('why a service has the backends that it has, or where a connection goes')
    .argument('<what>', 'namespace/name of a service, or address:port')
    .action(async (what: string, flags: StateDir) => (await actions()).printExplanation(socketOf(flags.stateDir), what))
}

function addConfig(root: Command): void {
  takingOptions(root.command('config'))
    .description('what each option is and where that comes from; wrong ones are refused, as `run` does')
    .option('--json', 'as JSON', false)
    .action(async (args: readonly string[], { json }: { json: boolean }) => (await actions()).printConfig(args, json))
}

function addUninstall(root: Command): void {
  takingOptions(root.command('uninstall'))
    .description('takes the programs for packets from outside off this node, with their tables and kernel settings')
    .action(async (args: readonly string[]) => (await import('./cli/uninstall.ts')).uninstall(args))
}

/** The agent's options are Cilium's: they are read by `loadOptions`, with the environment and the files. */
function takingOptions(command: Command): Command {
  let lines: readonly string[] = []
  // Help is written at once; what it says of the options is loaded by whoever comes near it.
  command.parent?.hook('preSubcommand', async (_root, chosen) => {
    if (chosen === command) lines = (await import('./options/help.ts')).optionsHelp()
  })
  return command
    .argument('[options...]', 'options of the agent, like --enable-ipv6=false')
    .allowUnknownOption()
    .addHelpText('after', () => `\n${lines.join('\n')}`)
}

function stateDir(command: Command): Command {
  return command.option('--state-dir <path>', 'where the running agent answers', '/run/skep')
}
