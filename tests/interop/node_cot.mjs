// What @tak-ps/node-cot (MIT) makes of our messages, and what it writes itself: one JSON object a line, in and out.
//
// node node_cot.mjs <path of the library>; then, on the standard input:
//   {"xml": "<event…>"}            its reading as GeoJSON, and written again as XML and as a payload (base64)
//   {"payload": "…base64…"}        the same, from a payload without header
//   {"feature": {…}}               the same, from GeoJSON
//   {"client": {"port": 8087, "say": {…feature…}, "until": "uid"}}   a true connection: what was heard, as GeoJSON
import net from 'node:net';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { CoTParser } = await import(pathToFileURL(process.argv[2]).href);

async function made(cot) {
  const payload = Buffer.from(await CoTParser.to_proto(cot)).toString('base64');
  return { feature: await CoTParser.to_geojson(cot), xml: CoTParser.to_xml(cot), payload };
}

function client({ port, say, until }) {
  return new Promise((resolve, reject) => {
    const heard = [];
    const socket = net.connect(port, '127.0.0.1', async () => {
      socket.write(CoTParser.to_xml(await CoTParser.from_geojson(say)));
    });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', async (data) => {
      text += data;
      for (let end; (end = text.indexOf('</event>')) >= 0; ) {
        const xml = text.slice(text.indexOf('<event'), end + 8);
        text = text.slice(end + 8);
        const feature = await CoTParser.to_geojson(CoTParser.from_xml(xml));
        heard.push(feature);
        if (feature.id === until) {
          socket.destroy();
          resolve({ heard });
        }
      }
    });
    socket.on('error', reject);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (asked.client) answer = await client(asked.client);
    else if (asked.xml) answer = await made(CoTParser.from_xml(asked.xml));
    else if (asked.payload) answer = await made(await CoTParser.from_proto(Buffer.from(asked.payload, 'base64')));
    else answer = await made(await CoTParser.from_geojson(asked.feature));
  } catch (problem) {
    answer = { problem: String(problem?.stack ?? problem) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
