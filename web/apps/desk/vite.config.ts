import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { shellOf } from './shell.ts';

const web = resolve(import.meta.dirname, '../..');
const out = resolve(web, process.env['GARANCE_WEB_OUT'] ?? '../src/garance/server/web');

export default defineConfig({
  base: './',
  plugins: [svelte(), shellOf(out)],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
    rolldownOptions: {
      input: { index: resolve(import.meta.dirname, 'index.html'), sw: resolve(import.meta.dirname, 'worker/sw.ts') },
      output: {
        // The worker's own address must never change, and its folder is all that it may answer for.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules\/(maplibre-gl|pmtiles|fflate)\// }] },
      },
    },
  },
  server: { proxy: { '/api': { target: process.env['GARANCE_SERVER'] ?? 'http://127.0.0.1:8700', ws: true }, '/territory': process.env['GARANCE_SERVER'] ?? 'http://127.0.0.1:8700' } },
});
