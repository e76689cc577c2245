/** One series at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric: what `# HELP` and `# TYPE` say, and its series, which have the same labels. */
export interface Family {
  /** Whole, as dashboards know it. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

/** A family with one series, without labels. */
export function single(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, type, help, samples: [{ labels: {}, value }] }
}
