/** What a worker tells the primary process. */
export type WorkerMessage =
  | { type: 'tooldelta:listening'; url: string }
  /** It cannot start at all: the port is in use, for one. */
  | { type: 'tooldelta:refused'; message: string }

/** What the primary process tells a worker. */
export interface StopMessage {
  type: 'tooldelta:stop'
}

/** Reads a message of a worker; other parts of the process talk on the same channel. */
export function readWorkerMessage(message: unknown): WorkerMessage | undefined {
  const type = (message as { type?: unknown } | null)?.type
  return type === 'tooldelta:listening' || type === 'tooldelta:refused' ? (message as WorkerMessage) : undefined
}

/** Whether the primary process asks to stop. */
export function isStopMessage(message: unknown): message is StopMessage {
  return (message as { type?: unknown } | null)?.type === 'tooldelta:stop'
}
