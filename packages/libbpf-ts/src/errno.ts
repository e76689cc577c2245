import { constants } from 'node:os'

/** `ENOTSUPP`: the kernel's own, unknown to libc, which bpf(2) lets through. */
const ENOTSUPP = 524

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [ENOTSUPP, 'ENOTSUPP'],
  [11, 'EAGAIN'],
  [95, 'EOPNOTSUPP'],
])

/** The name of an errno, of either sign: `errnoName(-2)` is `ENOENT`. */
export function errnoName(errno: number): string {
  const positive = Math.abs(errno)
  return NAMES.get(positive) ?? libbpfError(positive) ?? `errno ${positive}`
}

const LIBBPF_FIRST = 4000
const LIBBPF_NAMES = [
  'LIBELF',
  'FORMAT',
  'KVERSION',
  'ENDIAN',
  'INTERNAL',
  'RELOC',
  'LOAD',
  'VERIFY',
  'PROG2BIG',
  'KVER',
]

function libbpfError(errno: number): string | undefined {
  const name = LIBBPF_NAMES[errno - LIBBPF_FIRST]
  return name && `LIBBPF_${name}`
}
