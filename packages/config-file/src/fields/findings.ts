import type { z } from 'zod'
import type { Finding } from '../problem.ts'

/** What a schema made of these fields has found. */
export function findingsOf(error: z.ZodError | undefined): Finding[] {
  return error?.issues.flatMap(toFindings) ?? []
}

function toFindings(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i]!, atKey: true }))
}
