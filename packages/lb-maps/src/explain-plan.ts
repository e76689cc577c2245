import type { Plan } from './plan.ts'

/** What a plan changes, one line a service and a problem; empty when it changes nothing. */
export function explainPlan({ changes, problems }: Pick<Plan, 'changes' | 'problems'>): string[] {
  return [
    ...changes.map(({ frontend, kind, slots, moved, members }) => {
      if (kind === 'add') return `${frontend}: added with ${count(members.added)} on ${slots.after} slots`
      if (kind === 'remove') return `${frontend}: removed with ${count(members.removed)}`
      const ring = slots.before === slots.after ? `${slots.after} slots` : `${slots.before} → ${slots.after} slots`
      const percent = (100 * moved).toFixed(1)
      return `${frontend}: +${members.added} −${members.removed} members, ${percent} % of the ring moves (${ring})`
    }),
    ...problems.map(({ path, message }) => `${path}: ${message}`),
  ]
}

function count(members: number): string {
  return `${members} member${members === 1 ? '' : 's'}`
}
