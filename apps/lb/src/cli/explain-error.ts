import { release } from 'node:os'
import { ConfigError, count } from '@skep/config-file'
import { BpfError } from 'libbpf-ts'

/** What has a code is for the operator, who needs no stack. The verifier's log goes into a bug report. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof ConfigError)
    return `${error.message}\nrefused: ${count(error.problems.length, 'problem')}; nothing was changed`
  if (error instanceof BpfError && error.code === 'VERIFIER')
    return `${error.log}\n${error.message}\nThis is Linux ${release()}; the programs are known to load on Linux 5.10, 6.1, 6.12, 6.18 and 7.3`
  return 'code' in error ? error.message : (error.stack ?? error.message)
}
