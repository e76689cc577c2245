import { createInterface, type Interface } from 'node:readline'
import type { ChildProcess } from 'node:child_process'
import type { Pod } from '@skep/kube-testenv'

/** Accepts what iptables redirects, says where it was going, and sends it on there, as another user than all others. */
const PROXY = `
import encodings.idna, os, socket, struct, threading
os.setuid(1337)

def original(connection, is6):
    if is6:
        port, _, address = struct.unpack('!2xH4s16s4x', connection.getsockopt(41, 80, 28))
        return socket.inet_ntop(socket.AF_INET6, address), port
    port, address = struct.unpack('!2xH4s8x', connection.getsockopt(0, 80, 16))
    return socket.inet_ntoa(address), port

def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)

def serve(family):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind(('::' if family == socket.AF_INET6 else '0.0.0.0', 15001))
    listener.listen()
    while True:
        connection, _ = listener.accept()
        place = original(connection, family == socket.AF_INET6)
        print(*place, flush=True)
        onward = socket.create_connection(place)
        threading.Thread(target=pump, args=(connection, onward), daemon=True).start()
        threading.Thread(target=pump, args=(onward, connection), daemon=True).start()

for family in (socket.AF_INET, socket.AF_INET6):
    threading.Thread(target=serve, args=(family,)).start()
print('listens', flush=True)
`

/** A mesh's proxy in a pod: what the pod's processes send to port 80 passes by it. */
export class Sidecar implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #seen: AsyncIterator<string>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout! })
    this.#seen = this.#lines[Symbol.asyncIterator]()
  }

  static async start({ host }: Pod): Promise<Sidecar> {
    const rule = '-t nat -A OUTPUT -p tcp --dport 80 -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 15001'
    for (const program of ['iptables', 'ip6tables']) await host.exec(program, '-w', ...rule.split(' '))
    const sidecar = new Sidecar(host.spawn('python3', ['-c', PROXY], { stdio: ['ignore', 'pipe', 'inherit'] }))
    await sidecar.saw()
    return sidecar
  }

  /** Where the next connection was going: `address port`. */
  async saw(): Promise<string> {
    const { value } = (await this.#seen.next()) as IteratorResult<string, undefined>
    if (value === undefined) throw new Error('the sidecar has ended')
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await exited
    this.#lines.close()
  }
}
