import { ConfigError } from '@skep/config-file'

/** What is to be said beyond the message. */
export function explain(error: Error): string | undefined {
  return error instanceof ConfigError ? `${error.message}\nrefused; nothing was changed` : undefined
}
