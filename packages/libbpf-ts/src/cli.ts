import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addGen } from './cli-gen.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const program = new Command('libbpf-ts').description('tools for BPF objects').version(version)
addGen(program)

try {
  program.parse()
} catch (error) {
  process.stderr.write(`libbpf-ts: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
