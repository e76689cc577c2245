import type { DecapSpec } from '@skep/lb-engine'
import { type Finding, show } from '@skep/config-file'

/** What no single field can say. */
export function crossCheck(spec: DecapSpec): Finding[] {
  return [...dispatchFindings(spec), ...sourceFindings(spec), ...vipFindings(spec)]
}

function dispatchFindings({ dispatch }: DecapSpec): Finding[] {
  if (dispatch.length > 0) return []
  return [at('dispatch', '[] leaves nothing to do; write ipip, opt or both')]
}

/** Without a source nothing would ever be taken off, and with every source anybody's packets would. */
function sourceFindings({ dispatch, sources }: DecapSpec): Finding[] {
  if (dispatch.includes('ipip') && sources.length === 0)
    return [
      at(
        'sources',
        'nothing here, so that no IPIP is accepted; write the prefixes of the load balancers’ outer sources',
      ),
    ]
  return sources.flatMap((source, i) => {
    if (!source.endsWith('/0')) return []
    return [at('sources', `${show(source)} is everybody; write the prefixes of the load balancers' outer sources`, i)]
  })
}

/** An option is not protected by a source: its packet comes from the client. So what it may name is. */
function vipFindings({ dispatch, vips }: DecapSpec): Finding[] {
  if (vips.length === 0) return [at('vips', 'nothing here; write the service addresses')]
  if (!dispatch.includes('opt') || !vips.some((vip) => vip.endsWith('/0'))) return []
  return [
    at(
      'vips',
      'is any address, and dispatch has opt: then any client could make this host answer in any name; write the service addresses',
    ),
  ]
}

function at(key: keyof DecapSpec, message: string, index?: number): Finding {
  return { path: ['spec', key, ...(index === undefined ? [] : [index])], message }
}
