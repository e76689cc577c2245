import type { Family } from './family.ts'

/** What the answer's `Content-Type` says: the text format of Prometheus, version 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text that Prometheus reads. Families without series are left out. */
export async function renderMetrics(families: readonly Family[]): Promise<string> {
  // Loaded by whoever is asked, and so by no command.
  const { textOf } = await import('./registry.ts')
  return await textOf(families.filter(({ samples }) => samples.length > 0))
}
