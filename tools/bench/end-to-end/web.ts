import { existsSync } from 'node:fs'
import { type Host, httpServer } from '@skep/testbed'
import { HAPROXY, HaproxyProcess } from './haproxy-process.ts'

/** A web server that costs little, so that what is in front of it shows; without HAProxy the testbed's own. */
export function startWeb(host: Host, port: number): Promise<AsyncDisposable> {
  if (!existsSync(HAPROXY)) return httpServer(host, { port })
  return HaproxyProcess.start(
    host,
    `  nbthread 1
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend web
  bind :${port}
  http-request return status 200 content-type text/plain hdr x-server ${host.name} string "${host.name}"
`,
  )
}
