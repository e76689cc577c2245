import { age } from '@skep/terminal'
import type { RouterConfig } from './config.ts'
import type { RouterState } from './state.ts'

/** Why a virtual router is what it is, in one line. Pure. */
export function explainRouter(config: RouterConfig, state: RouterState, now: number): string {
  const { id, family, priority } = config
  const parts = [
    `virtual router ${id} (${family === 'ipv4' ? 'IPv4' : 'IPv6'}) ${standing[state.name]} for ${age(now - state.since)}: ${state.why}`,
    ...(state.name === 'initialize' ? [] : [`priority ${priority}`]),
    ...lastHeard(state, now),
    ...waiting(config, state, now),
  ]
  return parts.join('; ')
}

const standing = {
  initialize: 'does not take part',
  backup: 'is backup',
  active: 'is active',
} as const

function lastHeard({ heard, name }: RouterState, now: number): string[] {
  if (heard === undefined || name !== 'backup') return []
  return [`${heard.from} said priority ${heard.priority} ${age(now - heard.at)} ago`]
}

function waiting(
  { preempt, priority }: RouterConfig,
  { name, downAt, lowerSince }: RouterState,
  now: number,
): string[] {
  if (name !== 'backup' || downAt === undefined) return []
  if (lowerSince !== undefined && !preempt && priority < 255) return ['it would be better, but preempt is false']
  return [`takes over if nothing better is heard for ${age(downAt - now)}`]
}
