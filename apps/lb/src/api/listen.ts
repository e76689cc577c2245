import type { RequestListener } from 'node:http'
import { ControlError, type ControlErrorCode, openServer, type OpenServer } from '@skep/control-socket'
import { LbError, type LbErrorCode } from '@skep/lb-engine'

const codes: Readonly<Partial<Record<ControlErrorCode, LbErrorCode>>> = {
  IN_USE: 'BUSY',
  NOT_A_SOCKET: 'CONFLICT',
  PATH_TOO_LONG: 'INVALID_OPTION',
}

/** Listens on a unix socket that only its owner may use, until disposed of. Throws {@link LbError}. */
export async function listenOn(path: string, listener: RequestListener, idleMs: number): Promise<OpenServer> {
  try {
    return await openServer({ socket: path }, listener, { idleMs })
  } catch (error) {
    const code = error instanceof ControlError ? codes[error.code] : undefined
    throw code ? new LbError(code, (error as Error).message, { cause: error }) : error
  }
}
