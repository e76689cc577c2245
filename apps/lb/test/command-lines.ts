import type { Command } from 'commander'
import { program } from '../src/cli/program.ts'

/** A fenced block of a document. */
export interface Block {
  readonly language: string
  readonly text: string
}

/** The fenced blocks, also those that are indented in a list. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w*)\n([^]*?)^\1```$/gm)].map(([, , language = '', text = '']) => ({
    language,
    text,
  }))
}

/** The `skep-lb` commands in blocks for a shell, without their comments and pipes. */
export function commandLines(blocks: readonly Block[]): string[] {
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/#.*| \|.*/, '').trim())
    .filter((line) => line.startsWith('skep-lb ') && line !== 'skep-lb --help')
}

/** The names of the commands that a line runs, without doing it. Throws where the line is not understood. */
export function understood(line: string): string[] {
  const done: string[] = []
  const root = program('0.0.0')
  for (const command of leaves(root)) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
    command.action(() => void done.push(command.name()))
  }
  root.parse(line.split(/\s+/).slice(1), { from: 'user' })
  return done
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}
