#!/usr/bin/env node
import { runCommandLine } from '@skep/daemon/command'
import { program } from './program.ts'
import { version } from './version.ts'

await runCommandLine(program(version))
