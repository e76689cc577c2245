import type { DecapSpec } from '@skep/lb-engine'
import type { z } from 'zod'
import { type Finding, parseDocument } from '@skep/config-file'
import { nameOf, readConfigText } from '../config/load.ts'
import { crossCheck } from './rules.ts'
import { decapSchema } from './schema.ts'

/** Rules beyond the text itself: what stands against a document, and against a spec that is otherwise valid. */
export interface DecapRules {
  readonly machine?: (document: unknown) => readonly Finding[]
  readonly accept?: (spec: DecapSpec) => readonly Finding[]
}

/** Reads and validates a backend's configuration. Throws {@link ConfigError} with every problem in it. */
export function loadDecapConfig(file: string, rules: DecapRules = {}): DecapSpec {
  return parseDecapConfig(nameOf(file), readConfigText(file), rules)
}

/** Validates the text of a backend's configuration. `file` is only used in messages. */
export function parseDecapConfig(file: string, text: string, { machine, accept }: DecapRules = {}): DecapSpec {
  const document = parseDocument(file, text)
  const parsed = decapSchema.safeParse(document.value)
  const findings = [
    ...(parsed.error?.issues.flatMap(toFindings) ?? []),
    ...(machine?.(document.value) ?? []),
    ...(parsed.success ? crossCheck(parsed.data.spec) : []),
    ...(parsed.success ? (accept?.(parsed.data.spec) ?? []) : []),
  ]
  if (parsed.success && findings.length === 0) return parsed.data.spec
  throw document.refusal(findings)
}

function toFindings(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code === 'invalid_union') return (issue.errors.at(-1) ?? []).flatMap((inner) => nested(issue, inner))
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i]!, atKey: true }))
}

function nested(outer: z.core.$ZodIssue, inner: z.core.$ZodIssue): Finding[] {
  return toFindings({ ...inner, path: [...outer.path, ...inner.path] })
}
