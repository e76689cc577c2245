import { readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { port } = workerData as { port: number }
const server = createServer((socket) => socket.pipe(socket))
server.listen(port, '127.0.0.1', () => {
  const client = connect(port, '127.0.0.1', () => client.end('hello'))
  client.setEncoding('utf8').once('data', (echoed) => {
    parentPort?.postMessage({ echoed, namespace: readlinkSync('/proc/thread-self/ns/net') })
    server.close()
  })
})
