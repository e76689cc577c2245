import { release } from 'node:os'
import { ConfigError, count } from '@skep/config-file'
import { BpfError } from 'libbpf-ts'

/** What is to be said beyond the message. The verifier's log goes into a bug report. */
export function explain(error: Error): string | undefined {
  if (error instanceof ConfigError)
    return `${error.message}\nrefused: ${count(error.problems.length, 'problem')}; nothing was changed`
  if (error instanceof BpfError && error.code === 'VERIFIER')
    return `${error.log}\n${error.message}\nThis is Linux ${release()}; the programs are known to load on Linux 5.10, 6.1, 6.12, 6.18 and 7.3`
  return undefined
}
