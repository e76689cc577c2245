import { SockFrontendFlag, type SockLb } from '@skep/datapath/sock-lb'
import { rcuGracePeriod } from 'libbpf-ts'
import { keyOf } from './key.ts'
import type { MappedArrays } from './maps.ts'
import type { Plan } from './plan.ts'
import { subjectKey, subjectValue, switchesFor } from './subject.ts'
import { wordsOf } from './words.ts'

/** Carries a plan out, in the order that it promises. Throws `BpfError`; what was written until then is whole. */
export function apply(plan: Plan, maps: SockLb['maps'], arrays: MappedArrays): void {
  add(plan, maps, arrays)
  treat(plan, maps)
  remove(plan, maps, arrays)
}

function add(
  { backends, services, newBlocks, frontends, nodeAddresses, next }: Plan,
  maps: SockLb['maps'],
  arrays: MappedArrays,
): void {
  maps.sockBackends.setBatch(
    backends.entries().map(([id, { address, port }]) => [id, { address: wordsOf(address), port }] as const),
  )
  for (const place of newBlocks) {
    const { block, slots } = services.get(place)!
    arrays.slots.write(block, slots, (id) => backends.get(id) ?? next.backends.get(id))
  }
  for (const [place, service] of services) arrays.writeService(place, service)
  maps.sockNodeAddresses.setBatch(nodeAddresses.map((address) => [{ words: wordsOf(address) }, 1] as const))
  const entries = Array.from(frontends, ([text, { service, protected: isProtected }]) => {
    return [keyOf(text), { service, flags: isProtected ? SockFrontendFlag.SOCK_PROTECTED : 0 }] as const
  })
  maps.sockFrontends.setBatch(entries)
  for (const [key, frontend] of entries) arrays.buckets.set(key, frontend)
}

/** What is looked for is there before it is looked for. */
function treat({ subjects, gone, next }: Plan, maps: SockLb['maps']): void {
  if (subjects.size + gone.subjects.length === 0) return
  for (const [text, treatment] of subjects) maps.sockSubjects.set(subjectKey(text), subjectValue(text, treatment))
  maps.sockSwitches.set(0, switchesFor(next.subjects.keys()))
  for (const text of gone.subjects) maps.sockSubjects.delete(subjectKey(text))
}

/** A program that has found a frontend, a service or a block may still read what it leads to, until it has finished. */
function remove({ gone, newBlocks }: Plan, maps: SockLb['maps'], arrays: MappedArrays): void {
  const keys = gone.frontends.map(keyOf)
  for (const key of keys) arrays.buckets.delete(key)
  maps.sockFrontends.deleteBatch(keys)
  maps.sockNodeAddresses.deleteBatch(gone.nodeAddresses.map((address) => ({ words: wordsOf(address) })))
  if (gone.services.length + keys.length > 0) rcuGracePeriod()
  for (const place of gone.services) arrays.clearService(place)
  if (gone.services.length + gone.backends.length + newBlocks.size > 0) rcuGracePeriod()
  maps.sockBackends.deleteBatch(gone.backends)
}
