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
  // Modules that are loaded anew are compiled anew, which a busy machine takes its time for.
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
