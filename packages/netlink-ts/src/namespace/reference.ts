import { checkWhole } from '../check.ts'
import { checked } from '../error.ts'
import { native } from '../native.ts'
import { namespacePath } from './path.ts'

/** A network namespace as an argument: opened, by name (as `ip netns` has it) or path, or by descriptor. */
export type NamespaceReference = { readonly fd: number; readonly toString: () => string } | string | number

/** Calls with the namespace's descriptor; what is opened for the call is closed after it. */
export function withNamespace<T>(operation: string, reference: NamespaceReference, use: (fd: number) => T): T {
  if (typeof reference === 'number') return use(checkWhole(operation, 'ns', reference, 0, 0x7fffffff))
  if (typeof reference !== 'string') return use(reference.fd)
  const path = namespacePath(operation, reference)
  const fd = checked(operation, native.openNamespace(path), `namespace ${JSON.stringify(reference)}`)
  try {
    return use(fd)
  } finally {
    native.close(fd)
  }
}
