import { spawnSync } from 'node:child_process'
import { writePcap } from '../index.ts'

const version = /tcpdump version (\S+)/.exec(
  ((run) => `${run.stdout}${run.stderr}`)(spawnSync('tcpdump', ['--version'], { encoding: 'utf8' })),
)?.[1]

/** Why tcpdump cannot be the second reader here; undefined when it can. Its wording differs between versions. */
export const withoutTcpdump: string | undefined =
  version === undefined
    ? 'tcpdump is not installed'
    : version.startsWith('4.99.')
      ? undefined
      : `tcpdump 4.99 is needed, ${version} is installed`

/** What tcpdump prints for packets, one line each. `-S`: sequence numbers as they stand. */
export function tcpdump(packets: readonly Uint8Array[], ...flags: string[]): string[] {
  const { stdout, stderr, status } = spawnSync('tcpdump', ['-n', '-t', '-S', ...flags, '-r', '-'], {
    input: writePcap(packets),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`tcpdump: ${stderr}`)
  return stdout.split('\n').slice(0, -1)
}
