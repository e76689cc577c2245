import type { TlsCheck, TlsOptions } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { converse, type Talk } from './converse.ts'
import { pass, type Probe, type Running, type Target } from './probe.ts'
import { dialTls } from './secure.ts'
import { unable } from './unable.ts'

/** Completes a TLS handshake. */
export const tls: Probe<TlsCheck> = (spec, target, done) => secured(spec, target, undefined, undefined, done)

/** A conversation behind a TLS handshake. */
export function secured(
  options: TlsOptions,
  target: Target,
  name: string | undefined,
  talk: Talk | undefined,
  done: (outcome: Outcome) => void,
): Running {
  try {
    const dialed = dialTls(options, target, name)
    const awaited = 'no TLS handshake'
    return converse({ ...dialed, ready: 'secureConnect', awaited, opened: pass('TLS handshake done') }, talk, done)
  } catch (error) {
    return unable(`cannot use ${options.caFile ?? 'the trusted certificates'}: ${(error as Error).message}`, done)
  }
}
