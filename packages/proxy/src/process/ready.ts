import { startLogRotation } from './rotate.ts'

/** What a served instance tells the command that started it. */
export interface ReadyMessage {
  tooldelta: 'ready'
  url: string
}

/** Variables by which `start` tells `serve` that it runs in the background. */
export const backgroundVariables = { logFile: 'TOOLDELTA_BACKGROUND_LOG', maxBytes: 'TOOLDELTA_BACKGROUND_LOG_BYTES' }

/**
 * Tells whoever started this process in the background that it serves now, and keeps the log file small from then on. Does nothing in the
 * foreground.
 *
 * @param url - where it serves, without a path
 */
export function reportReady(url: string): void {
  const logFile = process.env[backgroundVariables.logFile]
  if (logFile === undefined) return
  startLogRotation(logFile, Number(process.env[backgroundVariables.maxBytes]))
  if (process.send === undefined || !process.connected) return
  const message: ReadyMessage = { tooldelta: 'ready', url }
  // Without the other end the channel is of no use, and would only break later.
  process.send(message, () => process.connected && process.disconnect())
}
