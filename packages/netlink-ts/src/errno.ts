import { constants } from 'node:os'

/** Errors of the kernel that Node's table does not have. */
const beyondNode: Record<number, string> = {
  44: 'ECHRNG',
  49: 'EUNATCH',
  51: 'EL2HLT',
  76: 'ENOTUNIQ',
  77: 'EBADFD',
  82: 'ELIBMAX',
  92: 'ENOPROTOOPT',
  94: 'ESOCKTNOSUPPORT',
  96: 'EPFNOSUPPORT',
  108: 'ESHUTDOWN',
  112: 'EHOSTDOWN',
  117: 'EUCLEAN',
  121: 'EREMOTEIO',
  125: 'ECANCELED',
  // Not for user space, but the kernel lets it out (EOPNOTSUPP is what it should say).
  524: 'ENOTSUPP',
}

const names = new Map<number, string>([
  ...Object.entries(beyondNode).map(([number, name]) => [Number(number), name] as const),
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [95, 'EOPNOTSUPP'],
  [11, 'EAGAIN'],
])

/** `2` → `'ENOENT'`. A number without a name stays a number: `'errno 530'`. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}
