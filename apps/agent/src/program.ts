import { Command } from 'commander'
import { configDocument, configTable } from './options/explain.ts'
import { optionsHelp } from './options/help.ts'
import { loadOptions } from './options/load.ts'

/** The command line. */
export function program(version: string): Command {
  const root = new Command('skep-agent')
    .description('Kubernetes services on a node, without kube-proxy.')
    .version(version)
  addConfig(root)
  return root
}

function addConfig(root: Command): void {
  takingOptions(root.command('config'))
    .description('what each option is and where that comes from; wrong ones are refused, as `run` would')
    .option('--json', 'as JSON', false)
    .action((args: readonly string[], { json }: { json: boolean }) => {
      const resolved = loadOptions(args, process.env)
      console.log(json ? JSON.stringify(configDocument(resolved)) : configTable(resolved).join('\n'))
    })
}

/** The agent's options are Cilium's: they are read by `loadOptions`, with the environment and the files. */
function takingOptions(command: Command): Command {
  return command
    .argument('[options...]', 'options of the agent, like --bpf-lb-mode=dsr')
    .allowUnknownOption()
    .addHelpText('after', () => `\n${optionsHelp().join('\n')}`)
}
