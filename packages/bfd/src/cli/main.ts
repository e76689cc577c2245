import { askBfdProcess } from '../process/ask.ts'
import { explainSession, type SessionReport } from '../speak/report.ts'
import { BfdSpeaker } from '../speak/speaker.ts'
import { help, readCommand } from './options.ts'

try {
  const command = readCommand(process.argv.slice(2))
  if (command.do === 'help') process.stdout.write(help)
  else if (command.do === 'run') run(command)
  else await status(command)
} catch (error) {
  process.stderr.write(`skep-bfd: ${(error as Error).message}\n`)
  process.exitCode = 1
}

function run({ sessions, json }: Extract<ReturnType<typeof readCommand>, { do: 'run' }>): void {
  const speaker = new BfdSpeaker({ onChange: (report) => print(report, json) })
  const stop = (): never => {
    speaker.stop()
    process.exit(0)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  speaker.apply(sessions)
  for (const report of speaker.reports()) print(report, json)
}

async function status({ socket, json }: Extract<ReturnType<typeof readCommand>, { do: 'status' }>): Promise<void> {
  const reports = await askBfdProcess(socket)
  if (reports === undefined) throw new Error(`status: no BFD process answers on ${socket}`)
  for (const report of reports) print(report, json)
}

function print(report: SessionReport, json: boolean): void {
  process.stdout.write(`${json ? JSON.stringify(report) : `${report.key}: ${explainSession(report)}`}\n`)
}
