import { nodeTooOld } from './node-version.ts'

/** What a command line is parsed by: a `Command` of commander. */
interface CommandLine {
  parseAsync(): Promise<unknown>
}

/** What else is to be said of an error than its message; `undefined`: nothing. */
export type Explain = (error: Error) => string | undefined

/**
 * Carries a command line out. What goes wrong is told on stderr, and the exit code is 1. What has a code is for the
 * operator, who needs no stack; `explainer` loads what knows more of some errors.
 */
export async function runCommandLine(line: CommandLine, explainer?: () => Promise<Explain>): Promise<void> {
  const refusal = nodeTooOld(process.versions.node)
  if (refusal !== undefined) return fail(refusal)
  try {
    await line.parseAsync()
  } catch (error) {
    const explain = await explainer?.()
    fail(textOf(error, explain))
  }
}

function fail(text: string): void {
  console.error(text)
  process.exitCode = 1
}

function textOf(error: unknown, explain: Explain = () => undefined): string {
  if (!(error instanceof Error)) return String(error)
  return explain(error) ?? ('code' in error ? error.message : (error.stack ?? error.message))
}
