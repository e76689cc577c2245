import type { HttpCheck, HttpsCheck } from '../check/check.ts'
import { converse } from './converse.ts'
import { httpTalk } from './http-talk.ts'
import { pass, type Probe } from './probe.ts'
import { nameOf } from './secure.ts'
import { dial, resettable } from './tcp.ts'
import { secured } from './tls.ts'

/** Asks by HTTP/1.1 on a new connection. */
export const http: Probe<HttpCheck> = (spec, target, done) => {
  const words = { ready: 'connect', awaited: 'no connection', opened: pass('connected') } as const
  const socket = dial(target)
  return converse({ socket, reset: resettable(socket, target), ...words }, httpTalk(spec, target, 80), done)
}

/** The same behind TLS; the host header is the server name unless that is given. */
export const https: Probe<HttpsCheck> = (spec, target, done) =>
  secured(spec, target, nameOf(spec.host), httpTalk(spec, target, 443), done)
