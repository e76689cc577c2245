import type { RouterConfig } from '@skep/vrrp'

/** A virtual router as the announcer is told of it: all that does not depend on the link. */
export interface DesiredRouter {
  readonly device: string
  /** With the priority that tracking leaves; `source` is chosen from the device's addresses where it is empty. */
  readonly config: RouterConfig
  /** The addresses that have a usable backend. */
  readonly announced: readonly string[]
  /** Why it must not take part now. */
  readonly withheld?: string | undefined
  /** What else is to be known, in words. */
  readonly notes: readonly string[]
}

/** What names a virtual router on this host. */
export function routerKey({ device, config: { id, family: name } }: Pick<DesiredRouter, 'device' | 'config'>): string {
  return `${device}/${id}/${name}`
}
