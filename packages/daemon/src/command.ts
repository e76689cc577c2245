// What a command needs before it does anything: an entry of its own, which loads nothing else.
export { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './log/options.ts'
export { type Explain, runCommandLine } from './run-command-line.ts'
