import type { KeepMode } from './kept/types.ts'
import type { HopState } from './state/types.ts'

/** A next hop in words: `usable since 06:12:01 (3 min): 02:…; the kernel keeps it resolved`. Pure. */
export function describeState(state: HopState, now: number): string {
  const { phase, since, mac, kernel, failures, moves } = state
  const when = `since ${new Date(since).toISOString().slice(0, 19)}Z (${duration(now - since)})`
  const what = {
    usable: `usable ${when}${mac === undefined ? '' : `, at ${mac}`}`,
    resolving: `has not answered yet ${when}`,
    failed: `DOES NOT ANSWER ${when}${mac === undefined ? '' : `; it was at ${mac}`}`,
    absent: `unknown to the kernel ${when}`,
  }[phase]
  const past = [
    ...(failures > 0 ? [`stopped answering ${times(failures)}`] : []),
    ...(moves > 0 ? [`came with another MAC address ${times(moves)}`] : []),
  ]
  return [`${what} (${kernel})`, ...past].join('; ')
}

/** How an entry is kept, in words. */
export function describeKeeping(flags: readonly string[], mode: KeepMode | undefined): string {
  if (flags.includes('managed')) return 'the kernel keeps it resolved'
  if (mode === 'use' || flags.includes('extern_learn')) return 'the kernel is asked for it again and again'
  return 'somebody else has made it, and it stays as it is'
}

/** `12 s`, `3 min`, `2 h`, `5 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
