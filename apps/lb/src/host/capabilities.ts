/** What `skep-lb run` needs of the process, by capability number (`linux/capability.h`). */
const needed = [
  { number: 12, name: 'CAP_NET_ADMIN', for: 'attaching XDP, routes, neighbours and kernel settings' },
  { number: 38, name: 'CAP_PERFMON', for: 'loading programs that read packets' },
  { number: 39, name: 'CAP_BPF', for: 'loading programs and maps' },
] as const

const CAP_SYS_ADMIN = 21

/** The capabilities that are missing, as sentences. `status` is the text of `/proc/self/status`. CAP_SYS_ADMIN stands for the two of BPF. */
export function missingCapabilities(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([\da-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  const has = (number: number) => ((effective >> BigInt(number)) & 1n) === 1n
  return needed
    .filter(({ number }) => !has(number) && !(number >= 38 && has(CAP_SYS_ADMIN)))
    .map(({ name, for: reason }) => `${name} is missing: ${reason} needs it`)
}
