import { possibleCpus } from 'libbpf-ts'
import { formatPlan } from '../../plan/format.ts'
import { planInstall } from '../../plan/plan.ts'
import type { PlanFlags } from '../plan.ts'

/** `skep-lb plan` */
export function showPlan({ cpus = possibleCpus(), output, ...asked }: PlanFlags): void {
  console.log(formatPlan(planInstall(asked, cpus), output))
}
