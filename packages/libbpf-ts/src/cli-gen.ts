import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { difference } from './gen/difference.ts'
import { generate } from './gen/generate.ts'

interface GenOptions {
  readonly output?: string
  readonly import: string
  readonly object?: string
  readonly name?: string
  readonly check?: boolean
}

/** Adds `gen` to the command line. */
export function addGen(program: Command): void {
  program
    .command('gen')
    .description('write the typed skeleton of a compiled BPF object; needs neither root nor kernel')
    .argument('<object>', 'the object that clang wrote: name.bpf.o, compiled with -g')
    .option('-o, --output <file>', 'the module to write (standard output when left out)')
    .option('--import <specifier>', 'what the module imports libbpf-ts by', 'libbpf-ts')
    .option('--object <path>', 'where the module finds the object, relative to the module')
    .option('--name <Name>', 'the name of the skeleton, in place of the one that the file name gives')
    .option('--check', 'compare with the module on disk, write nothing; exit status 1 when they differ')
    .action((object: string, options: GenOptions) => gen(object, options))
}

function gen(object: string, options: GenOptions): void {
  const text = generate(readFileSync(object), {
    objectFile: basename(object),
    objectPath: options.object ?? relativePath(options.output ?? '.', object),
    library: options.import,
    ...(options.name === undefined ? {} : { name: options.name }),
  })
  if (options.check) check(text, object, options.output)
  else if (options.output === undefined) process.stdout.write(text)
  else writeFileSync(options.output, text)
}

function relativePath(output: string, object: string): string {
  const path = relative(dirname(resolve(output)), resolve(object))
  return path.startsWith('.') ? path : `./${path}`
}

function check(expected: string, object: string, output: string | undefined): void {
  if (output === undefined) throw new Error('--check compares with a module: name it with --output')
  const found = existsSync(output) ? readFileSync(output, 'utf8') : ''
  const problem = difference(expected, found)
  if (problem === undefined) return
  process.stderr.write(`${output} is not what ${object} gives: ${problem}\nrun libbpf-ts gen without --check\n`)
  process.exitCode = 1
}
