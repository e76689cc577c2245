import type { Command } from 'commander'
import { documented, type ExitCodes, notInstalled } from './help.ts'

interface Documentation {
  readonly examples: readonly string[]
  readonly codes?: ExitCodes
}

/** Commands that say no more than this, by name. */
const documentation: Readonly<Record<string, Documentation>> = {
  run: {
    examples: ['skep-lb run --config lb.yaml', 'skep-lb run --instance edge --config /etc/skep/edge.yaml'],
    codes: { 0: 'ended by a signal; traffic goes on', 1: 'it could not start, or could not go on' },
  },
  status: { examples: ['skep-lb status', 'skep-lb status --json'], codes: notInstalled },
  uninstall: { examples: ['skep-lb uninstall'], codes: { 0: 'nothing of the instance is left' } },
  apply: {
    examples: ['skep-lb apply -f new.yaml --dry-run', 'skep-lb apply -f new.yaml'],
    codes: { 1: 'it is refused, with every reason, and nothing was changed' },
  },
  drain: { examples: ['skep-lb drain web 10.1.0.11:8080', 'skep-lb drain web 10.1.0.11:8080 --timeout 300 --wait'] },
  undrain: { examples: ['skep-lb undrain web 10.1.0.11:8080'] },
  decap: { examples: ['skep-lb decap run --config backend.yaml', 'skep-lb decap status'] },
  'decap run': { examples: ['skep-lb decap run --config backend.yaml'], codes: { 0: 'ended by a signal' } },
  'decap check': { examples: ['skep-lb decap check --config backend.yaml'] },
  'decap status': { examples: ['skep-lb decap status --json'], codes: notInstalled },
  'decap uninstall': { examples: ['skep-lb decap uninstall'] },
}

/** Gives those commands examples and exit codes. */
export function documentAll(root: Command): void {
  for (const [path, { examples, codes }] of Object.entries(documentation)) {
    const command = path.split(' ').reduce<Command | undefined>(child, root)
    if (command) documented(command, examples, codes)
  }
}

function child(command: Command | undefined, name: string): Command | undefined {
  return command?.commands.find((one) => one.name() === name)
}
