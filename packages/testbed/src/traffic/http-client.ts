import type { IncomingMessage } from 'node:http'
import { Agent, get } from 'node:http'
import type { Socket } from 'node:net'
import type { Client, ClientHooks } from './client.ts'
import { reasonOf } from './client.ts'
import { Outcome } from './once.ts'
import type { HttpTraffic } from './options.ts'
import type { Answer } from './report.ts'
import { answered } from '../patience.ts'

/** HTTP GETs by Node's own client. */
export function httpClient(options: HttpTraffic, hooks: ClientHooks): Client {
  const { keepAlive = false, concurrency = 1 } = options
  // With a bound on its sockets, Node's agent would reuse them for waiting requests even without keep-alive.
  const agent = new Agent({ keepAlive, maxSockets: keepAlive ? concurrency : Infinity })
  return { request: () => getOnce(options, agent, hooks), close: () => agent.destroy() }
}

function getOnce({ url, timeoutMs = answered(5000) }: HttpTraffic, agent: Agent, hooks: ClientHooks): Promise<Answer> {
  const request = get(url, { agent })
  const outcome = new Outcome(timeoutMs, () => request.destroy())
  request.on('socket', (socket) => followSocket(socket, outcome, hooks))
  request.on('error', (error) => outcome.fail(reasonOf(error)))
  request.on('response', (response) => readResponse(response, outcome))
  return outcome.promise
}

function followSocket(socket: Socket, outcome: Outcome, hooks: ClientHooks): void {
  const connected = (): void => {
    outcome.phase = 'response'
    outcome.sourcePort = socket.localPort
  }
  if (!socket.connecting) return connected()
  socket.once('connect', () => {
    hooks.connected()
    connected()
  })
}

function readResponse(response: IncomingMessage, outcome: Outcome): void {
  let body = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => (body += chunk))
  response.on('error', (error) => outcome.fail(reasonOf(error)))
  response.on('end', () => {
    if (isGood(response)) outcome.succeed({ server: serverOf(response, body) })
    else outcome.fail(`status ${response.statusCode}`)
  })
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300
}

/** Our own servers name themselves in a header; any other is known by its body's first line. */
function serverOf(response: IncomingMessage, body: string): string {
  const name = response.headers['x-server']
  return typeof name === 'string' ? name : (body.split('\n', 1)[0] ?? '').slice(0, 64)
}
