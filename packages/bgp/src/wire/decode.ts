import type { AttributeContext } from './attributes/attribute.ts'
import { MessageType, type RawMessage } from './message.ts'
import { decodeNotification, type Notification } from './notification.ts'
import { decodeOpen, type Open } from './open/open.ts'
import { decodeRouteRefresh, type RouteRefresh } from './route-refresh.ts'
import { type DecodedUpdate, decodeUpdate } from './update.ts'

/** A message that was received. A ROUTE-REFRESH of a kind that is not known is to be ignored. */
export type Message =
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'update'; readonly update: DecodedUpdate }
  | { readonly type: 'notification'; readonly notification: Notification }
  | { readonly type: 'keepalive' }
  | { readonly type: 'route-refresh'; readonly refresh: RouteRefresh | undefined }

/** Reads one message. `context` is what the session agreed on; before that, any. Throws {@link WireError}. */
export function decodeMessage({ type, body }: RawMessage, context: AttributeContext): Message {
  if (type === MessageType.open) return { type: 'open', open: decodeOpen(body) }
  if (type === MessageType.update) return { type: 'update', update: decodeUpdate(body, context) }
  if (type === MessageType.notification) return { type: 'notification', notification: decodeNotification(body) }
  if (type === MessageType.routeRefresh) return { type: 'route-refresh', refresh: decodeRouteRefresh(body) }
  return { type: 'keepalive' }
}
