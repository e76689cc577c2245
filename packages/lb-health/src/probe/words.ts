import type { Outcome } from '../state/state.ts'
import { fail, none } from './probe.ts'

/** What went wrong at the other end, or on the way. */
const theirs: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed while sending',
  ECONNABORTED: 'connection aborted',
  ETIMEDOUT: 'no answer: the kernel gave up',
  EHOSTUNREACH: 'no route to the host, or it does not answer ARP/NDP',
  EHOSTDOWN: 'host is down',
  ENETUNREACH: 'network unreachable',
  EPROTO: 'not a TLS server, or one that refuses ours',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another name',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate chain ends in one that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate is of an unknown issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate is of an unknown issuer',
}

/** What went wrong on this host, which says nothing about the backend. */
const ours: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'the source address is not on this host, or its ports are used up',
  EADDRINUSE: 'no free source port',
  EMFILE: 'too many open files: raise LimitNOFILE',
  ENFILE: 'too many open files on this host: raise fs.file-max',
  ENOBUFS: 'the kernel has no buffers left',
  ENOMEM: 'out of memory',
  EAGAIN: 'out of processes or memory',
  EACCES: 'not permitted here (a firewall rule, or an executable bit that is missing)',
  EPERM: 'not permitted here (a firewall rule of this host)',
  EINVAL: 'the source and the backend are of different families',
  EAFNOSUPPORT: 'this host does not have that address family',
}

/** A failed system call in words. */
export function troubled(error: NodeJS.ErrnoException, during = ''): Outcome {
  const code = error.code ?? ''
  const own = ours[code]
  if (own !== undefined) return none(`${own} (${code})`)
  const words = theirs[code] ?? error.message
  const suffix = theirs[code] !== undefined && code.startsWith('E') && !code.startsWith('ERR_') ? ` (${code})` : ''
  return fail(`${words}${suffix}${during}`)
}

/** What a server said, fit for a log line: printable, short. */
export function quote(said: Uint8Array | string): string {
  const text = typeof said === 'string' ? said : Buffer.from(said.subarray(0, 80)).toString('latin1')
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text).replaceAll(/[^ -~…]/g, '?')
}
