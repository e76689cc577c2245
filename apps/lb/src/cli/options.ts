import { Option, type Command } from 'commander'
import { defaultInstance, type InstanceOptions } from '@skep/lb-engine/instance'

/** What {@link addCommand} gives to every command. */
export type InstanceFlags = InstanceOptions

export interface ConfigOption {
  readonly config: string
}

/** A command with the options that say which load balancer it is about. */
export function addCommand(root: Command, name: string, text: string): Command {
  const { instance, bpfRoot, runDir } = defaultInstance
  return root
    .command(name)
    .description(text)
    .option('--instance <name>', 'which load balancer on this host', instance)
    .option('--bpf-root <folder>', 'where programs and tables are pinned, in a BPF file system', bpfRoot)
    .option('--run-dir <folder>', 'where state lies that a reboot may empty', runDir)
}

/** `--config`, where the configuration lies. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration, YAML').default('/etc/skep/lb.yaml')
}
