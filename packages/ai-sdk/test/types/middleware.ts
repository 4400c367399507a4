// Checked with the types of ai 6, of ai 5, and of ai 7 where e2e has installed it: test/version-types.test.ts.
import { extractReasoningMiddleware, wrapLanguageModel, type LanguageModelMiddleware } from 'ai'
import { toolCallMiddleware, type ToolCallMiddlewareOptions } from '../../src/index.ts'

type Model = Parameters<typeof wrapLanguageModel>[0]['model']

const options: ToolCallMiddlewareOptions = { format: 'qwen3_coder', onDiagnostic: ({ code }) => void code }

/** The middleware fits without a cast, alone and in a list. */
export function wrap(model: Model): Model {
  const middleware: LanguageModelMiddleware = toolCallMiddleware(options)
  const alone: Model = wrapLanguageModel({ model, middleware: toolCallMiddleware({ format: 'hermes' }) })
  return wrapLanguageModel({ model: alone, middleware: [middleware, extractReasoningMiddleware({ tagName: 'think' })] })
}
