// A control plane of its own: keeps a session by a BFD process, says when it is up, and then spins its processor.
import { type SessionOptions, startBfdProcess } from '../src/index.ts'

const [socket, command, session] = process.argv.slice(2)
const bfd = await startBfdProcess({
  socket: socket!,
  command: JSON.parse(command!) as string[],
  onChange: ({ session: { state } }) => {
    if (state.name === 'up') process.send!({ pid: bfd.pid })
  },
})
process.on('message', () => {
  for (;;);
})
bfd.apply([JSON.parse(session!) as SessionOptions])
