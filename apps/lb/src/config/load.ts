import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { z } from 'zod'
import type { Config } from './config.ts'
import { parseDocument } from './document.ts'
import { ConfigError, type Finding, type Problem } from './problem.ts'
import { checkCapacity, crossCheck } from './rules.ts'
import { documentSchema } from './schema.ts'

/** Rules that need the machine, like whether a device exists. Run on the raw document, beside all others. */
export type MachineRule = (document: unknown) => readonly Finding[]

/** Rules beyond the text itself. */
export interface Rules {
  readonly machine?: readonly MachineRule[]
  /** What stands against a configuration that is otherwise valid. */
  readonly accept?: (config: Config) => readonly Finding[]
}

/** Reads and validates a configuration file. Throws {@link ConfigError} with every problem in it. */
export function loadConfig(file: string, rules: Rules = {}): Config {
  return parseConfig(nameOf(file), read(file), rules)
}

/** Validates the text of a configuration. `file` is only used in messages. */
export function parseConfig(file: string, text: string, rules: Rules = {}): Config {
  const document = parseDocument(file, text)
  if (!('locate' in document)) throw new ConfigError(document)
  const parsed = documentSchema.safeParse(document.value)
  const findings = [
    ...(parsed.error?.issues.flatMap(toFindings) ?? []),
    ...crossCheck(document.value),
    ...(rules.machine ?? []).flatMap((rule) => rule(document.value)),
    ...(parsed.success ? checkCapacity(parsed.data.spec) : []),
    ...(parsed.success ? (rules.accept?.(parsed.data.spec) ?? []) : []),
  ]
  if (!parsed.success || findings.length > 0)
    throw new ConfigError(inOrder(findings.map((finding) => document.locate(finding))))
  return parsed.data.spec
}

function toFindings(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i]!, atKey: true }))
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const message = `cannot be read (${(error as NodeJS.ErrnoException).code}); name the file with --config`
    throw new ConfigError([{ file: nameOf(file), line: 1, column: 1, path: '', message }])
  }
}

/** As short as the path can be: relative when the file lies below the current directory. */
function nameOf(file: string): string {
  const short = relative(process.cwd(), file)
  return short === '' || short.startsWith('..') ? file : short
}
