import { type HealthCheck, healthCheckSchema, kinds } from '@skep/lb-health'
import { z } from 'zod'

type RawIssue = z.core.$ZodRawIssue

/** What is a valid check elsewhere, but not here, and why. */
const refused: Readonly<Record<string, (check: HealthCheck) => string | undefined>> = {
  script: ({ script }) =>
    script &&
    `a script would run with all that skep-lb may do, as root; write one of ${accepted}, and let a server answer for the script`,
}

const accepted = kinds.filter((kind) => kind !== 'script').join(', ')

/** A service's `healthCheck`, by the rules of `@skep/lb-health`, without what skep-lb cannot do. */
export const healthCheck: z.ZodType<HealthCheck> = z.unknown().transform((value, context) => {
  const parsed = healthCheckSchema.safeParse(value)
  context.issues.push(
    ...(parsed.error?.issues ?? []).map((issue) => ({ ...issue, message: reworded(issue), input: value }) as RawIssue),
  )
  if (!parsed.success) return z.NEVER
  for (const [key, complain] of Object.entries(refused)) {
    const message = complain(parsed.data)
    if (message !== undefined) context.issues.push({ code: 'custom', path: [key], message, input: value })
  }
  return parsed.data
})

/** The library lists a kind that is refused here. */
function reworded({ message, path }: z.core.$ZodIssue): string {
  return path.length === 0 ? message.replace(kinds.join(', '), accepted) : message
}
