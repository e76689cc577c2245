import { type SockSubject as Key, SockSubjectKind, type SockSwitches, SockTreatment } from '@skep/datapath/sock-lb'
import type { Treatment } from './state.ts'

/** The deepest level of cgroups that the program asks about. */
export const MOST_LEVELS = 31

/** A subject's text as its key. */
export function subjectKey(text: string): Key {
  const [kind, id] = text.split(' ') as ['netns' | 'cgroup', string]
  return {
    id: BigInt(id),
    kind: kind === 'netns' ? SockSubjectKind.SOCK_SUBJECT_NAMESPACE : SockSubjectKind.SOCK_SUBJECT_CGROUP,
  }
}

/** The values of a subject's entry: what it is treated as, and at which level it lies. */
export function subjectValue(text: string, treatment: Treatment): number {
  const level = Number(text.split(' ')[2] ?? 0)
  return (treatment === 'host' ? SockTreatment.SOCK_AS_HOST : SockTreatment.SOCK_LEFT_ALONE) | (level << LEVEL_SHIFT)
}

/** The program looks at the two lowest bits alone. */
const LEVEL_SHIFT = 8

export function subjectFrom(key: Key, value: number): [string, Treatment] {
  const treatment = value & SockTreatment.SOCK_AS_HOST ? 'host' : 'leave'
  if (key.kind === SockSubjectKind.SOCK_SUBJECT_NAMESPACE) return [`netns ${key.id}`, treatment]
  return [`cgroup ${key.id} ${value >> LEVEL_SHIFT}`, treatment]
}

/** What the program has to look for at all. */
export function switchesFor(subjects: Iterable<string>): SockSwitches {
  let namespaces = 0
  let levels = 0
  for (const text of subjects) {
    const [kind, , level] = text.split(' ')
    if (kind === 'netns') namespaces = 1
    else levels |= 1 << Number(level)
  }
  return { namespaces, levels: levels >>> 0 }
}
