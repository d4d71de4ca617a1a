import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const web = resolve(import.meta.dirname, '../..');
const out = resolve(web, process.env['GARANCE_WEB_OUT'] ?? '../src/garance/server/web');

export default defineConfig({
  base: './',
  plugins: [svelte()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1400,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules\/(maplibre-gl|pmtiles|fflate)\// }] },
      },
    },
  },
  server: { proxy: { '/api': { target: process.env['GARANCE_SERVER'] ?? 'http://127.0.0.1:8700', ws: true }, '/territory': process.env['GARANCE_SERVER'] ?? 'http://127.0.0.1:8700' } },
});
