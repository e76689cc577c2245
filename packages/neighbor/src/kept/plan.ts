import type { Neighbor } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import type { NextHop } from '../hop/types.ts'
import { isMarked } from './mark.ts'
import type { KeepAction, KeepInput, KeepMode, KeepPlan } from './types.ts'

type Place = 'kept' | 'foreign' | 'own' | 'idle'

/** What brings the kernel's entries to what is wanted. Pure; where all is as wanted, there is nothing to do. */
export function planKeep(input: KeepInput): KeepPlan {
  const noted = new Set(input.noted.map(hopKey))
  const placed = Map.groupBy(unique(input.wanted), (hop) => placeOf(hop, input, noted))
  const at = (place: Place): readonly NextHop[] => placed.get(place) ?? []
  const kept = at('kept')
  const removals = removalsOf(input, new Set([...kept, ...at('idle')].map(hopKey)))
  const actions = [...removals, ...kept.flatMap((hop) => keeping(hop, input))]
  return { actions, kept, foreign: at('foreign'), own: at('own'), idle: at('idle') }
}

function placeOf(hop: NextHop, input: KeepInput, noted: ReadonlySet<string>): Place {
  if (isOwn(hop, input)) return 'own'
  if (!input.devices.has(hop.index)) return 'idle'
  const entry = input.neighbors.get(hopKey(hop))
  return input.permanent === 'keep' && entry !== undefined && isForeign(entry, input, noted) ? 'foreign' : 'kept'
}

function isOwn(hop: NextHop, { own }: Pick<KeepInput, 'own'>): boolean {
  return own.has(hop.address) || own.has(hopKey(hop))
}

/** Permanent, and neither marked nor noted by an earlier run: whoever made it so wants it so. */
function isForeign(entry: Neighbor, { atStart }: Pick<KeepInput, 'atStart'>, noted: ReadonlySet<string>): boolean {
  return entry.state === 'permanent' && !isMarked(entry) && !(atStart && noted.has(hopKey(entry)))
}

function keeping(hop: NextHop, { neighbors, mode }: KeepInput): KeepAction[] {
  const entry = neighbors.get(hopKey(hop))
  if (entry?.state === 'permanent') return [...conversion(hop, entry), { do: 'keep', hop }]
  return entry !== undefined && isKept(entry, mode) ? [] : [{ do: 'keep', hop }]
}

function conversion(hop: NextHop, { lladdr }: Neighbor): KeepAction[] {
  return lladdr === undefined ? [] : [{ do: 'convert', hop, lladdr }]
}

/** Whether an entry is as the mode has it. */
export function isKept({ flags }: Pick<Neighbor, 'flags'>, mode: KeepMode): boolean {
  return mode === 'managed' ? flags.includes('managed') : flags.includes('extern_learn')
}

/** What was kept and is not any more, by notes or by mark. An own address goes in any case. */
function removalsOf(input: KeepInput, wanted: ReadonlySet<string>): KeepAction[] {
  const noted = new Set(input.noted.map(hopKey))
  const isOurs = (entry: Neighbor) => isMarked(entry) || noted.has(hopKey(entry))
  const ours = [...input.neighbors.values()].filter((entry) => isOurs(entry) && !isForeign(entry, input, noted))
  return ours.flatMap((entry): KeepAction[] => {
    const hop = { index: entry.index, address: entry.address }
    if (isOwn(hop, input)) return [{ do: 'remove', hop, why: 'own' }]
    return wanted.has(hopKey(hop)) || input.others.has(hopKey(hop)) ? [] : [{ do: 'remove', hop, why: 'unwanted' }]
  })
}

/** Each once. */
function unique(hops: readonly NextHop[]): NextHop[] {
  return [...new Map(hops.map(({ index, address }) => [hopKey({ index, address }), { index, address }])).values()]
}
