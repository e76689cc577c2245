import type { Device } from '../devices/plan.ts'
import type { DecapSpec } from './config.ts'
import type { Direction } from './pins.ts'

/** What a program hangs on. */
export type HookKind = 'xdp' | 'tc'

/** A device's hook that has, or is to have, a program. */
export interface Hook {
  readonly device: string
  /** 0: the device has gone. */
  readonly index: number
  readonly direction: Direction
  readonly kind: HookKind
  /** A pod of this host is behind the device: what leaves by it arrives there. */
  readonly entersPod?: boolean
}

/** A step towards the wanted hooks. */
export type HookStep =
  /** Swap the program in what is there: no packet is missed. */
  { readonly do: 'update' | 'attach'; readonly hook: Hook } | { readonly do: 'detach'; readonly hook: Hook }

/** What the steps leave as it is although the configuration says otherwise, and why. */
export interface HookPlan {
  readonly steps: readonly HookStep[]
  readonly refused: readonly string[]
}

/** The hooks that a configuration wants on each device: what arrives, and for options, what leaves. */
export function wantedHooks({ acceleration, dispatch }: DecapSpec, devices: readonly Device[]): Hook[] {
  const kind = acceleration === 'tc' ? 'tc' : 'xdp'
  return devices.flatMap(({ name: device, index }): Hook[] => [
    ...(dispatch.includes('opt') ? [{ device, index, direction: 'out', kind: 'tc' } as const] : []),
    { device, index, direction: 'in', kind },
  ])
}

/** The hook where replies leave the host. */
export function leavingHook({ name: device, index }: Pick<Device, 'name' | 'index'>): Hook {
  return { device, index, direction: 'out', kind: 'tc' }
}

/** The hook of a device that pods of this host are behind: options end where packets enter the pod. */
export function podHook({ name: device, index }: Pick<Device, 'name' | 'index'>): Hook {
  return { device, index, direction: 'out', kind: 'tc', entersPod: true }
}

/**
 * Plans the hooks. What leaves is attached before what arrives, and detached after it: an option that is noted is
 * heeded. A change between XDP and tc is refused, since either both or none would see a packet in between.
 */
export function planHooks(wanted: readonly Hook[], present: readonly Hook[]): HookPlan {
  const live = ({ device, index }: Hook): boolean =>
    index !== 0 && !wanted.some((hook) => hook.device === device && hook.index !== index)
  const same = (a: Hook) => (b: Hook) => a.device === b.device && a.direction === b.direction
  const found = (hook: Hook): Hook | undefined => present.filter(live).find(same(hook))
  const gone = present.filter((hook) => !live(hook))
  const dropped = present.filter((hook) => live(hook) && !wanted.some(same(hook)))
  return {
    steps: [
      ...gone.map((hook) => ({ do: 'detach', hook }) as const),
      ...wanted.map((hook): HookStep => {
        const there = found(hook)
        if (!there) return { do: 'attach', hook }
        return { do: 'update', hook: hook.entersPod === true ? { ...there, entersPod: true } : there }
      }),
      ...dropped
        .toSorted((a, b) => a.direction.localeCompare(b.direction))
        .map((hook) => ({ do: 'detach', hook }) as const),
    ],
    refused: wanted.flatMap((hook) => {
      const there = found(hook)
      if (!there || there.kind === hook.kind) return []
      return [
        `${hook.device} is served by ${there.kind}, and the configuration asks for ${hook.kind}: that takes skep-lb decap uninstall and a new start`,
      ]
    }),
  }
}
