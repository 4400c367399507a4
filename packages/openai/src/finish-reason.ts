/**
 * Decides a choice's finish reason from what the upstream said and what became of the calls.
 *
 * `tool_calls` tells a client to execute every call it has received, so it is never said when one of them was cut off: then it is
 * `length`. All other reasons of the upstream (`length`, `content_filter`...) stay as they are.
 *
 * @internal
 */
export function decideFinishReason(
  upstream: string,
  calls: { readonly wholeCalls: number; readonly truncatedCalls: number },
): string {
  if (!isRegularEnd(upstream)) return upstream
  if (calls.truncatedCalls > 0) return 'length'
  return calls.wholeCalls > 0 ? 'tool_calls' : 'stop'
}

/** Whether the model itself came to its end. */
export function isRegularEnd(reason: string): boolean {
  return reason === 'stop' || reason === 'tool_calls'
}
