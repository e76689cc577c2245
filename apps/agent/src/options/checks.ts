import { Refusal, wrong } from '@skep/config-file'

export function absolutePath(text: string): void {
  if (!text.startsWith('/')) throw new Refusal(wrong(text, 'an absolute path', 'begin it with /'))
}

/** `host:port`, `[host]:port` or `:port` to listen on. */
export function listenAddress(text: string): void {
  const [, port] = /^(?:[^:]*|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(text) ?? []
  if (port !== undefined && Number(port) > 0 && Number(port) < 65_536) return
  throw new Refusal(wrong(text, 'an address to listen on', 'write one like 0.0.0.0:10256, [::]:10256 or :10256'))
}

/** Where the API server is: a URL, or host:port. */
export function serverAddress(text: string): void {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`)
  if (url !== null && url.hostname !== '' && url.pathname === '/') return
  throw new Refusal(wrong(text, 'the address of an API server', 'write one like https://10.0.0.1:6443'))
}

/** An address to listen on, in parts; without a host it is all addresses. */
export function placeOf(address: string): { readonly host?: string; readonly port: number } {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replaceAll(/[[\]]/g, '')
  return { port: Number(address.slice(at + 1)), ...(host !== '' && { host }) }
}
