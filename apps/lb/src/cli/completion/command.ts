import { Argument, type Command } from 'commander'
import { documented } from '../help.ts'
import { completionScript, type Shell, shells } from './scripts.ts'

/** `completion`, which prints a script for the shell, and the hidden command that the script asks. */
export function addCompletion(root: Command): void {
  const command = root
    .command('completion')
    .description('print what makes a shell complete commands, options, services and backends')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => console.log(completionScript(shell, root)))
  documented(command, ['source <(skep-lb completion bash)', 'skep-lb completion fish | source'])
  root
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const [{ complete }, { instanceNames }] = await Promise.all([import('./complete.ts'), import('./names.ts')])
      for (const { value, description } of complete(root, words, instanceNames)) console.log(`${value}\t${description}`)
    })
}
