import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/table.css';
import App from './App.svelte';
import { base } from './lib/base';

const target = document.getElementById('app');
if (target) mount(App, { target });

// Browsers offer it on secure origins; where the console is developed it would show old files.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  void navigator.serviceWorker.register(`${base}sw.js`, { scope: base }).catch(() => undefined);
}
