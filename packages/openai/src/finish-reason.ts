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
  if (upstream !== 'stop' && upstream !== 'tool_calls') return upstream
  if (calls.truncatedCalls > 0) return 'length'
  return calls.wholeCalls > 0 ? 'tool_calls' : 'stop'
}
