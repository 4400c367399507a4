import { useState } from 'preact/hooks'

/** Asks for the key that the proxy wants. */
export function KeyForm({ isWrong, onKey }: { isWrong: boolean; onKey(key: string): void }) {
  const [key, setKey] = useState('')
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault()
        onKey(key.trim())
      }}
    >
      <label>
        Key of a client of this proxy
        <input
          type="password"
          autoComplete="off"
          required
          value={key}
          aria-describedby="key-help"
          onInput={(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show</button>
      <p id="key-help" class={isWrong ? 'problem' : 'empty'} role={isWrong ? 'alert' : undefined}>
        {isWrong
          ? 'The proxy does not take this key, or does not answer under this name.'
          : 'It is kept in this tab until it is closed.'}
      </p>
    </form>
  )
}
