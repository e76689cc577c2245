// A server of its own for benchmarks: takes connections on every local address; with `http`, answers 200.
import { createServer } from 'node:net'

const answer = process.argv[2] === 'http' ? 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' : undefined
const server = createServer((socket) => {
  socket.on('error', () => {})
  if (answer !== undefined) socket.once('data', () => socket.end(answer))
})
server.listen({ host: '0.0.0.0', port: 0, backlog: 4096 }, () =>
  process.send!((server.address() as { port: number }).port),
)
process.on('disconnect', () => process.exit(0))
