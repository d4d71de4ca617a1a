"""What the browser bench runs in the page: through the desk's own store, as the stream does."""

FLEET = """(count) => {
  const { store } = window.garance;
  const [west, south, east, north] = store.territory.bbox;
  const at = new Date(store.conductor.world_ms - 3_600_000).toISOString();
  const last = store.journal.all('recorded').at(-1);
  let n = 0;
  const fact = (name, body) => ({
    ...last, id: `bench-${n}`, name, body, refs: [], command: null, occurred_at: at, recorded_at: at, tick: n++,
  });
  const facts = [];
  for (let u = 0; u < count; u += 1) {
    const resource = `unit-${u}`;
    facts.push(fact('resource.declared.v1', { resource, name: `VSAV ${u}`, kind: 'ambulance' }));
    facts.push(fact('series.declared.v1', {
      series: `series-${u}`, name: `VSAV ${u}`, kind: 'position', unit: 'deg', resource, provenance: 'bench',
    }));
    const place = [west + (east - west) * Math.random(), south + (north - south) * Math.random()];
    store.tracks.add(`series-${u}`, [[store.conductor.world_ms - 2000, ...place, 0, 10, 90]]);
  }
  store.journal.add(facts);
  store.version += 1;
  store.tracksVersion += 1;
  window.bench = { count, at_ms: store.conductor.world_ms };
  window.garance.map.fitBounds([[west, south], [east, north]], { animate: false });
}"""

REDRAW = """async (times) => {
  const { map } = window.garance;
  for (let k = 0; k < times; k += 1) {
    const drawn = new Promise((done) => map.once('render', done));
    map.triggerRepaint();
    await drawn;
  }
}"""
"""Drawing again what is there: what both ways pay, and all that a machine without a graphics card feels."""

REFRESH = """async (times) => {
  const { store, map } = window.garance;
  for (let k = 0; k < times; k += 1) {
    for (let u = 0; u < window.bench.count; u += 1) {
      const [at_ms, lon, lat] = store.tracks.all(`series-${u}`).at(-1);
      store.tracks.add(`series-${u}`, [[at_ms + 50, lon + 1e-5, lat + 1e-5, 0, 10, 90]]);
    }
    const drawn = new Promise((done) => map.once('render', done));
    store.tracksVersion += 1;
    map.triggerRepaint();
    await drawn;
  }
}"""
"""As a tick of telemetry does: each unit has a new place, and the desk makes of it what it makes."""

PLAIN = """async (times) => {
  const { store, map } = window.garance;
  store.show('resources', false);
  if (!map.getSource('bench')) {
    map.addSource('bench', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    const paint = { 'circle-radius': 4, 'circle-color': '#fff' };
    map.addLayer({ id: 'bench', type: 'circle', source: 'bench', paint });
  }
  const [west, south, east, north] = store.territory.bbox;
  const place = () => [west + (east - west) * Math.random(), south + (north - south) * Math.random()];
  for (let k = 0; k < times; k += 1) {
    const features = Array.from({ length: window.bench.count }, (_, u) => (
      { type: 'Feature', geometry: { type: 'Point', coordinates: place() }, properties: { id: u } }));
    const drawn = new Promise((done) => map.once('render', done));
    await map.getSource('bench').setData({ type: 'FeatureCollection', features });
    map.triggerRepaint();
    await drawn;
  }
}"""
"""The same number of points in one source given whole: what the engine alone would do."""

FEED_HOUR = """async ({ units, hour }) => {
  const { store } = window.garance;
  const from_ms = window.bench.at_ms + hour * 3_600_000;
  const last = store.journal.all('recorded').at(-1);
  for (let minute = 0; minute < 60; minute += 1) {
    const at_ms = from_ms + minute * 60_000;
    for (let u = 0; u < units; u += 1) {
      const samples = Array.from({ length: 60 }, (_, s) => [at_ms + s * 1000, -3 + s * 1e-5, 46 + u * 1e-5, 0, 10, 90]);
      store.tracks.add(`series-${u}`, samples);
    }
    const at = new Date(at_ms).toISOString();
    store.journal.add([0, 1].map((n) => ({
      ...last, id: `night-${hour}-${minute}-${n}`, name: 'entry.written.v2', refs: [], command: null,
      occurred_at: at, recorded_at: at, tick: n, body: { text: `Ronde ${hour}:${minute}`, category: 'information' },
    })));
    store.version += 1;
    store.tracksVersion += 1;
    await new Promise((done) => setTimeout(done, 0));
  }
}"""

WATCH = """() => {
  window.painted = new Map();
  const waiting = new Map();
  window.waitPainted = (mark) => new Promise((done) => {
    if (window.painted.has(mark)) done(window.painted.get(mark));
    else waiting.set(mark, done);
  });
  const seen = (node) => {
    const mark = /banc [0-9a-f]{32}/.exec(node.textContent ?? '')?.[0];
    if (!mark || window.painted.has(mark)) return;
    requestAnimationFrame(() => setTimeout(() => {
      window.painted.set(mark, Date.now());
      waiting.get(mark)?.(window.painted.get(mark));
    }, 0));
  };
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(seen)))
    .observe(document.getElementById('tab-panel'), { childList: true, subtree: true });
}"""
"""Notes when a line of the logbook is on screen: after the frame that follows its coming into the page."""

PAINTED = "(mark) => window.waitPainted(mark)"
