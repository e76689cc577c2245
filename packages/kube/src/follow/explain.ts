import { count } from '@skep/config-file'
import { formatRefusal } from '../objects/parse.ts'
import type { FollowStatus } from './status.ts'

/** How following one kind goes, in lines: what there is and how old it is, then what is wrong. `now` is milliseconds since 1970. Pure. */
export function describeFollow(status: FollowStatus, now: number): string[] {
  const { kind, synced, objects, error, refused } = status
  const what = synced ? count(objects, 'object') : 'not synced'
  const kept = (one: boolean): string => (one ? ' (its last good state is in use)' : '')
  return [
    [`${kind}: ${what}`, ...age(status, now), ...next(status, now)].join('; '),
    ...(error?.split('\n') ?? []).map((line) => `  ${line}`),
    ...refused.map((one) => `  ${formatRefusal(one).replaceAll('\n', '\n  ')}${kept(one.kept)}`),
  ]
}

function age({ state, lastContactAt, lostSince }: FollowStatus, now: number): string[] {
  if (lostSince !== undefined) return [`lost for ${span(now - lostSince)}`]
  if (state === 'ended') return ['ended']
  return lastContactAt === undefined ? ['nothing heard yet'] : [`heard of ${span(now - lastContactAt)} ago`]
}

function next({ state, nextTryAt }: FollowStatus, now: number): string[] {
  if (state === 'listing') return ['listing']
  return state === 'waiting' && nextTryAt !== undefined ? [`next try in ${span(nextTryAt - now)}`] : []
}

/** In the largest unit of which there are two. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`
}
