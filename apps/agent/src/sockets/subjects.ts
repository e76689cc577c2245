import { MKE_PATTERNS, selectCgroups } from '@skep/cgroup'
import type { SockSubject } from '@skep/sock-lb'
import type { Settings } from '../options/catalogue/index.ts'

/** Containers whose sockets are treated as the host's, as they are now. */
export function subjectsIn(root: string, settings: Pick<Settings, 'cgroups-as-host' | 'enable-mke'>): SockSubject[] {
  const patterns = [...settings['cgroups-as-host'], ...(settings['enable-mke'] ? MKE_PATTERNS : [])]
  return selectCgroups(root, patterns).map(({ id, level }) => ({ cgroup: id, level, treat: 'host' }))
}
