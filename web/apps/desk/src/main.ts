import '@fontsource-variable/atkinson-hyperlegible-mono/wght.css';
import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
import '@garance/kit/tokens.css';
import '@garance/kit/base.css';
import './lists/lists.css';
import { theme, words } from '@garance/kit';
import { mount } from 'svelte';
import App from './App.svelte';

words.choose(words.language);
theme.choose(theme.name);

export default mount(App, { target: document.getElementById('app')! });
