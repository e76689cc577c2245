import { type Mode, modes } from './modes.ts'
import { rangeTrouble } from './ranges.ts'
import { mostBurst, RATE_MAX } from './rate-limit.ts'
import type { Service } from './service.ts'

/** Most record units that a record may be idle: half of what its 16 bits can tell apart. */
const IDLE_UNITS_MAX = 0x7fff
const DRAIN_SECONDS_MAX = 0x7fff
const RECORDS_MAX = 1 << 27

/** Notes what is wrong with a field of a service. */
export type Wrong = (field: string, value: unknown, message: string) => void

const known = {
  mode: Object.keys(modes),
  algorithm: ['maglev', 'random'],
  onFailure: ['keep', 'reset'],
} as const

/** Checks everything of a service but its frontends, backends and ring. `unit`: seconds of a record unit. */
export function checkOptions(service: Service, unit: number, wrong: Wrong): void {
  const { algorithm, sessionAffinity, quic, frontends, idleSeconds, drainSeconds, records } = service
  for (const field of ['mode', 'algorithm', 'onFailure'] as const) {
    const value = service[field]
    const names: readonly string[] = known[field]
    if (value !== undefined && !names.includes(value)) wrong(field, value, `is not known; use ${either(names)}`)
  }
  const seconds = wholeNumber(1, Math.floor(IDLE_UNITS_MAX * unit), wrong)
  if (sessionAffinity) seconds('sessionAffinity.timeoutSeconds', sessionAffinity.timeoutSeconds)
  seconds('idleSeconds', idleSeconds)
  wholeNumber(0, DRAIN_SECONDS_MAX, wrong)('drainSeconds', drainSeconds)
  wholeNumber(1, RECORDS_MAX, wrong)('records', records)
  checkRanges(service, wrong)
  checkLimit(service, wrong)
  if (sessionAffinity && algorithm === 'random') {
    wrong('algorithm', algorithm, "cannot keep a client at one backend; use 'maglev', or leave sessionAffinity out")
  }
  if (quic && frontends.every(({ protocol }) => protocol !== 'UDP')) {
    wrong('quic', quic, 'is about UDP, and no frontend is UDP; add one, or leave it out')
  }
}

function checkRanges({ sourceRanges }: Service, wrong: Wrong): void {
  for (const list of ['allow', 'deny'] as const)
    sourceRanges?.[list]?.forEach((text, i) => {
      const trouble = rangeTrouble(text)
      if (trouble !== undefined) wrong(`sourceRanges.${list}[${i}]`, text, trouble)
    })
}

function checkLimit({ rateLimit }: Service, wrong: Wrong): void {
  if (!rateLimit) return
  const { newConnectionsPerSecond: rate, burst, prefix } = rateLimit
  wholeNumber(1, RATE_MAX, wrong)('rateLimit.newConnectionsPerSecond', rate)
  wholeNumber(1, rate >= 1 ? mostBurst(rate) : 1, wrong)('rateLimit.burst', burst)
  wholeNumber(0, 32, wrong)('rateLimit.prefix.ipv4', prefix?.ipv4)
  wholeNumber(0, 128, wrong)('rateLimit.prefix.ipv6', prefix?.ipv6)
}

/** The rules of a service's mode; those of SNAT when it has none that is known. */
export function rulesOf({ mode = 'snat' }: Service): (typeof modes)[Mode] {
  return modes[mode] ?? modes.snat
}

function wholeNumber(least: number, most: number, wrong: Wrong) {
  return (field: string, value: number | undefined): void => {
    const fits = value === undefined || (Number.isInteger(value) && value >= least && value <= most)
    if (!fits) wrong(field, value, `must be a whole number from ${least} to ${most}`)
  }
}

function either(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
