import { Command } from 'commander'
import { addApply } from './apply.ts'
import { addCapture } from './capture.ts'
import { addCheck } from './check.ts'
import { addCompletion } from './completion/command.ts'
import { addDrain, addUndrain } from './drain.ts'
import { documentAll } from './documentation.ts'
import { addExplain } from './explain.ts'
import { addGet } from './get.ts'
import { addPlan } from './plan.ts'
import { addDecap } from './decap.ts'
import { addRun } from './run.ts'
import { addStatus } from './status.ts'
import { addTop } from './top.ts'
import { addUninstall } from './uninstall.ts'

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
  vi lb.yaml                         run follows the file; a wrong one changes nothing
  skep-lb apply -f new.yaml          the same from another file; --dry-run shows what would change
  skep-lb drain web 10.1.0.11:8080   no new connections there, open ones go on; undrain takes it back
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

Several load balancers on one host each need a name of their own: --instance NAME.
What each command does, with examples: skep-lb help COMMAND.

Exit codes:
  0  done
  1  it failed, and says why
  2  check --strict: there are warnings
  3  the instance is not installed`

/** Each command, in a file of its own, in the order of the help. */
const commands: readonly ((root: Command) => void)[] = [
  addRun,
  addCheck,
  addStatus,
  addGet,
  addTop,
  addCapture,
  addExplain,
  addPlan,
  addApply,
  addDrain,
  addUndrain,
  addUninstall,
  addDecap,
  addCompletion,
]

/** The command line. Parse it with `parseAsync`. */
export function program(version: string): Command {
  const root = new Command('skep-lb')
    .description(about)
    .version(version)
    .addHelpText('after', examples)
    .showHelpAfterError('(skep-lb --help shows how to use it)')
    .enablePositionalOptions()
  for (const add of commands) add(root)
  documentAll(root)
  return root
}
