import { table } from '@skep/terminal'
import type { Judgement } from './judge.ts'
import type { Outcome } from './outcome.ts'

/** A kernel and what its results come to. */
export interface Judged {
  readonly outcome: Outcome
  readonly judgement: Judgement
}

/** The run as text: kernel by suite, program by kernel, what was skipped and why, what is wrong. */
export function report(judged: readonly Judged[]): string {
  return [
    suiteTable(judged),
    programTable(judged),
    counted(judged),
    lines(judged, 'notes', 'skipped:'),
    lines(judged, 'troubles', 'failed:'),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function suiteTable(judged: readonly Judged[]): string {
  const rows = judged.flatMap(({ outcome: { version, result, why, skipped }, judgement }) => {
    if (!result) return [[version, `${skipped ? 'skipped' : 'failed'}: ${why}`, '', '', '']]
    return judgement.rows.map(({ suite, passed, failed, skipped }, index) => [
      index === 0 ? version : '',
      suite,
      ...[passed, failed, skipped].map(String),
    ])
  })
  return table([['kernel', 'suite', 'passed', 'failed', 'skipped'], ...rows], { left: 2 }).join('\n')
}

function programTable(judged: readonly Judged[]): string {
  const ran = judged.map(({ outcome }) => outcome).filter(({ result }) => (result?.loads.length ?? 0) > 0)
  const programs = [...new Set(ran.flatMap(({ result }) => result?.loads.map(({ program }) => program) ?? []))]
  if (programs.length === 0) return ''
  const rows = programs.map((program) => [program, ...ran.map((outcome) => instructions(outcome, program))])
  return table([['instructions the verifier read', ...ran.map(({ version }) => version)], ...rows], { left: 1 }).join(
    '\n',
  )
}

/** Kernels before 5.16 do not tell the number. */
function instructions({ result }: Outcome, program: string): string {
  const load = result?.loads.find((one) => one.program === program)
  if (!load) return '-'
  if (load.refused !== undefined) return 'refused'
  return load.instructions === 0 ? 'loads' : String(load.instructions)
}

function counted(judged: readonly Judged[]): string {
  const all = judged.flatMap(({ outcome: { version, counted = [] } }) => counted.map((line) => `  ${version}: ${line}`))
  return all.length > 0 ? ['counted:', ...all].join('\n') : ''
}

function lines(judged: readonly Judged[], what: 'notes' | 'troubles', title: string): string {
  const where = what === 'troubles' ? ' (whole logs: .cache/test-kernels/)' : ''
  const all = judged.flatMap(({ outcome: { version }, judgement }) =>
    judgement[what].map((line) => `  ${version}: ${line}`),
  )
  return all.length > 0 ? [title + where, ...all].join('\n') : ''
}
