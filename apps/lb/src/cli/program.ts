import { Command, Option } from 'commander'
import { defaultInstance, instancePaths, type InstancePaths } from '../instance/paths.ts'

/** What the commands do. */
export interface Commands {
  run(paths: InstancePaths, options: RunOptions): Promise<void>
  check(paths: InstancePaths, options: ConfigOption): void
  status(paths: InstancePaths, options: StatusOptions): Promise<void>
  uninstall(paths: InstancePaths): Promise<void>
}

export interface ConfigOption {
  readonly config: string
}

export interface RunOptions extends ConfigOption {
  readonly logLevel: string
}

export interface StatusOptions {
  readonly json?: boolean
}

interface InstanceFlags {
  readonly instance: string
  readonly bpfRoot: string
  readonly runDir: string
}

const about =
  'Balances TCP and UDP connections, IPv4 and IPv6, over backend servers.\n\n' +
  'The work is done by a program inside the kernel (XDP), at the network driver. This command reads a configuration, ' +
  'installs that program and keeps its tables. When the command ends, by Ctrl-C, kill -9 or an upgrade, the traffic ' +
  'goes on; started again, it picks up what is there.'

const examples = `
First steps, as root:
  skep-lb check --config lb.yaml     says what is wrong with the configuration, line by line,
                                     and what run would change on this machine
  skep-lb run --config lb.yaml       installs it and stays in the foreground
  kill -HUP <pid>                    reads lb.yaml again; a wrong one changes nothing
  skep-lb status                     services, backends, counters: also when run has ended
  skep-lb uninstall                  takes everything off again

A small lb.yaml:
  apiVersion: skep.dev/v1
  kind: LoadBalancer
  spec:
    devices: [eth0, eth1]            # towards the clients and towards the backends
    services:
      - name: web
        frontends: [{ address: 192.0.2.10, port: 80 }]
        backends:
          - { address: 10.1.0.11, port: 8080 }
          - { address: 10.1.0.12, port: 8080 }

Several load balancers on one host each need a name of their own: --instance NAME.`

/** The command line. Parse it with `parseAsync`. */
export function program(commands: Commands, version: string): Command {
  const root = new Command('skep-lb')
    .description(about)
    .version(version)
    .addHelpText('after', examples)
    .showHelpAfterError('(skep-lb --help shows how to use it)')
    .enablePositionalOptions()
  const sub = (name: string, text: string) => withInstance(root.command(name).description(text))

  sub('run', 'run the load balancer: install or adopt it, follow the configuration and the network')
    .addOption(configOption())
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(async (options: InstanceFlags & RunOptions) => commands.run(instancePaths(options), options))
  sub('check', 'validate a configuration and say what run would do on this machine; changes nothing')
    .addOption(configOption())
    .action((options: InstanceFlags & ConfigOption) => commands.check(instancePaths(options), options))
  sub('status', 'show services, backends, counters and devices; reads the kernel, so it works without run')
    .option('--json', 'as one JSON document')
    .action(async (options: InstanceFlags & StatusOptions) => commands.status(instancePaths(options), options))
  sub('uninstall', 'take the program off the devices, remove its tables, and restore kernel settings').action(
    async (options: InstanceFlags) => commands.uninstall(instancePaths(options)),
  )
  return root
}

function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration, YAML').default('/etc/skep/lb.yaml')
}

function withInstance(command: Command): Command {
  const { instance, bpfRoot, runDir } = defaultInstance
  return command
    .option('--instance <name>', 'which load balancer on this host', instance)
    .option('--bpf-root <folder>', 'where programs and tables are pinned, in a BPF file system', bpfRoot)
    .option('--run-dir <folder>', 'where state lies that a reboot may empty', runDir)
}
