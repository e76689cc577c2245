import type { Kind, Kinds, ProbeSpec } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { grpc } from './grpc.ts'
import { http, https } from './http.ts'
import type { Probe, Running, Target } from './probe.ts'
import { script } from './script.ts'
import { tcp } from './tcp.ts'
import { tls } from './tls.ts'
import { udp } from './udp.ts'

const probes: { readonly [K in Kind]: Probe<Kinds[K]> } = { tcp, http, https, tls, udp, grpc, script }

/** Starts a check of any kind. */
export type StartProbe = (probe: ProbeSpec, target: Target, done: (outcome: Outcome) => void) => Running

export const startProbe: StartProbe = ({ kind, spec }, target, done) =>
  (probes[kind] as Probe<typeof spec>)(spec, target, done)
