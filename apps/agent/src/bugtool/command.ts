import type { Command } from 'commander'
import { socketOf } from '../control/socket.ts'

interface Flags {
  readonly stateDir: string
  readonly output?: string
  readonly log: readonly string[]
}

/** `skep-agent bugtool`, onto a command that takes the agent's options and --state-dir. */
export function addBugtool(command: Command): void {
  command
    .description(
      'collects what somebody who helps needs to see into one .tar.gz, without secrets; also when no agent runs',
    )
    .option('--output <file>', 'the archive; - is standard output (default: a name with the time, in this folder)')
    .option('--log <file>', 'a file with what the agent has logged; may be given again', more, [])
    .action(async (argv: readonly string[], { stateDir, output: asked, log }: Flags) => {
      const { archiveName, bugtool } = await import('./bugtool.ts')
      const output = asked ?? archiveName(new Date())
      const collected = await bugtool({ socket: socketOf(stateDir), output, logs: log, argv })
      const missing = collected.filter(({ missing: why }) => why !== undefined)
      for (const [why, items] of Map.groupBy(missing, (one) => one.missing))
        console.error(`missing: ${items.map(({ file }) => file).join(', ')}: ${why}`)
      if (output !== '-')
        console.error(`${output}: ${collected.length - missing.length} files; INDEX.txt in it says what each is`)
    })
}

function more(one: string, before: readonly string[]): readonly string[] {
  return [...before, one]
}
