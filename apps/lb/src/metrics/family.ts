import type { Status } from '../status/status.ts'

/** One series at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric: what `# HELP` and `# TYPE` say, and its series. */
export interface Family {
  /** Without the prefix `skep_lb_`, unless it is one that every process has, or begins with `skep_` itself. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  readonly samples: readonly Sample[]
}

/** A family whose series follow from the status alone. */
export interface FamilyRule extends Omit<Family, 'samples'> {
  samples(status: Status): readonly Sample[]
}

/** A family with one series, without labels. */
export function single(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, type, help, labels: [], samples: [{ labels: {}, value }] }
}
