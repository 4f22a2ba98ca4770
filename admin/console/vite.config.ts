import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Addresses in index.html begin with `/`, and there are no others: a server behind a base path
// rewrites that one file.
export default defineConfig({
  base: '/',
  plugins: [svelte()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
