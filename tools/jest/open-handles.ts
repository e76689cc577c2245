import { readFileSync } from 'node:fs'
import { afterAll } from '@jest/globals'

type Bindings = { readonly openHandles: () => readonly object[] }

// A test file has its own instances of the kernel bindings, which only it can import, and only while its tests run.
// This hook comes before the file's own; the leak check calls the function after them (environment.ts).
afterAll(async () => {
  const maps = readFileSync('/proc/self/maps', 'utf8')
  const bindings: Bindings[] = []
  if (maps.includes('/libbpf-ts.node')) bindings.push(await import('libbpf-ts'))
  if (maps.includes('/netlink-ts.node')) bindings.push(await import('netlink-ts'))
  if (maps.includes('/sockets-ts.node')) bindings.push(await import('sockets-ts'))
  const skepOpenHandles = (): string[] =>
    bindings.flatMap(({ openHandles }) => openHandles().map((handle) => JSON.stringify(handle)))
  Object.assign(globalThis, { skepOpenHandles })
})
