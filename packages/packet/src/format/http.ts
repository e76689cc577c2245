const methods: ReadonlySet<string> = new Set(
  (
    'GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH UNLOCK REPORT UPDATE NOTIFY ' +
    'BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST SUBSCRIBE PROPPATCH BPROPFIND BPROPPATCH UNCHECKOUT ' +
    'MKACTIVITY MKWORKSPACE UNSUBSCRIBE RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL'
  ).split(' '),
)

/** `HTTP: ` and the first line, when the payload starts with a request or a response; `HTTP` otherwise. */
export function httpLine(payload: Uint8Array): string {
  const text = printableStart(payload)
  const [first = '', second = ''] = text.split(/[ \t]+/, 2)
  if (!methods.has(first.toUpperCase()) && !/^\d{3}$/.test(second)) return 'HTTP'
  if (text.length === payload.length) return `HTTP: ${text} [|http]`
  return endsLine(payload, text.length) ? `HTTP: ${text}` : 'HTTP'
}

function printableStart(payload: Uint8Array): string {
  const end = payload.findIndex((byte) => byte !== 9 && (byte < 0x20 || byte > 0x7e))
  return String.fromCharCode(...payload.subarray(0, end < 0 ? payload.length : end))
}

function endsLine(payload: Uint8Array, at: number): boolean {
  return payload[at] === 10 || (payload[at] === 13 && payload[at + 1] === 10)
}
