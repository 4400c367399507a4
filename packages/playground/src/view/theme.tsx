import { useEffect, useState } from 'preact/hooks'

type Theme = 'system' | 'light' | 'dark'

const following: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const key = 'tooldelta-theme'

/** Switches between light, dark and what the system says. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(readTheme)
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    try {
      localStorage.setItem(key, theme)
    } catch {
      // Private windows may refuse; the choice then lasts as long as the page.
    }
  }, [theme])
  return (
    <button type="button" onClick={() => setTheme(following[theme])}>
      Theme: {theme}
    </button>
  )
}

function readTheme(): Theme {
  try {
    const saved = localStorage.getItem(key)
    return saved === 'light' || saved === 'dark' ? saved : 'system'
  } catch {
    return 'system'
  }
}
