import { ConfigError } from '@skep/config-file'

/** What has a code is for the operator, who needs no stack. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message}\nrefused; nothing was changed`
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? error.message : (error.stack ?? error.message)
}
