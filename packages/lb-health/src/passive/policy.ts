import type { z } from 'zod'
import { number, strict } from '../check/fields.ts'

/** When connections that fail take a backend out for a while, whatever its active check says ("outlier detection"). */
export interface PassivePolicy {
  /** Connections that failed in a row; 0 = a row alone ejects nobody. */
  readonly consecutiveFailures: number
  /** Per cent of the connections of a window that failed; 0 = a share alone ejects nobody. */
  readonly failurePercent: number
  /** A window with fewer connections says nothing about the share. */
  readonly minConnections: number
  readonly windowSeconds: number
  /** A backend that has answered nothing to a new connection for so long has failed it. */
  readonly answerSeconds: number
  /** How long the first ejection lasts; the n-th lasts n times as long. */
  readonly ejectionSeconds: number
  /** No ejection lasts longer. */
  readonly maxEjectionSeconds: number
  /** Per cent of a service's backends that may be out, those that are down included. */
  readonly maxEjectedPercent: number
}

/** A service's `passiveHealthCheck`. What it returns has every default filled in, and parses to itself. */
export const passivePolicySchema: z.ZodType<PassivePolicy> = strict<PassivePolicy>('a passive health check', {
  consecutiveFailures: number('a number of failures', 0, 1000).default(5),
  failurePercent: number('per cent', 0, 100).default(0),
  minConnections: number('a number of connections', 1, 100_000).default(20),
  windowSeconds: number('a window', 1, 600).default(10),
  answerSeconds: number('a time for an answer', 1, 30).default(3),
  ejectionSeconds: number('a time', 1, 3600).default(30),
  maxEjectionSeconds: number('a time', 1, 86_400).default(300),
  maxEjectedPercent: number('per cent', 1, 100).default(50),
}).superRefine((policy, context) => {
  const complain = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
  if (policy.consecutiveFailures === 0 && policy.failurePercent === 0)
    complain(
      'consecutiveFailures',
      '0 beside a failurePercent of 0 never ejects anybody; set one of them, or leave the section out',
    )
  if (policy.maxEjectionSeconds < policy.ejectionSeconds)
    complain(
      'maxEjectionSeconds',
      `${policy.maxEjectionSeconds} is less than ejectionSeconds; write at least ${policy.ejectionSeconds}`,
    )
})
