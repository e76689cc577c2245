import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { checkAnnounce } from '../announce/rules.ts'
import { checkBgp } from '../bgp/rules.ts'
import { checkAdmission } from './admission.ts'
import { checkCapacity } from './capacity.ts'
import type { Config } from './config.ts'
import { ConfigError, type Finding, findingsOf, parseDocument, show } from '@skep/config-file'
import { quickValue } from './quick.ts'
import { checkModes } from './modes.ts'
import { crossCheck, crossCheckRaw } from './rules.ts'
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
  return parseConfig(nameOf(file), readConfigText(file), rules)
}

/** Validates the text of a configuration. `file` is only used in messages. */
export function parseConfig(file: string, text: string, rules: Rules = {}): Config {
  const quick = quickValue(text)
  const valid = quick && validate(quick.value, rules)
  if (valid?.config) return valid.config
  const document = parseDocument(file, text)
  const { config, findings } = validate(document.value, rules)
  if (config) return config
  throw document.refusal(findings)
}

interface Validated {
  /** Missing where there is any finding. */
  readonly config?: Config
  readonly findings: readonly Finding[]
}

function validate(document: unknown, { machine = [], accept }: Rules): Validated {
  if (!isMapping(document)) return { findings: [{ path: [], message: noMapping(document) }] }
  const parsed = documentSchema.safeParse(document)
  const findings = [
    ...findingsOf(parsed.error),
    ...(parsed.success ? crossCheck(parsed.data.spec) : crossCheckRaw(document)),
    ...machine.flatMap((rule) => rule(document)),
    ...(parsed.success ? checkCapacity(parsed.data.spec) : []),
    ...(parsed.success ? checkModes(parsed.data.spec) : []),
    ...(parsed.success ? checkAdmission(parsed.data.spec) : []),
    ...(parsed.success ? checkAnnounce(parsed.data.spec) : []),
    ...(parsed.success ? checkBgp(parsed.data.spec) : []),
    ...(parsed.success ? (accept?.(parsed.data.spec) ?? []) : []),
  ]
  return parsed.success && findings.length === 0 ? { config: parsed.data.spec, findings } : { findings }
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noMapping(value: unknown): string {
  const what = Array.isArray(value) ? 'a list' : `only ${show(value)}`
  return `this is ${what}, and a configuration is a mapping; start with apiVersion: skep.dev/v1, kind: LoadBalancer, spec: …`
}

/** The text of a configuration file. Throws {@link ConfigError} where it cannot be read. */
export function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const message = `cannot be read (${(error as NodeJS.ErrnoException).code}); name the file with --config`
    throw new ConfigError([{ file: nameOf(file), line: 1, column: 1, path: '', message }])
  }
}

/** As short as the path can be: relative when the file lies below the current directory. */
export function nameOf(file: string): string {
  const short = relative(process.cwd(), file)
  return short === '' || short.startsWith('..') ? file : short
}
