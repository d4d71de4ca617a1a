/** What the graphics card runs to draw the dots of units and the lines that tie moved symbols to their places. */

export const DOT_VERTEX = `#version 300 es
uniform mat4 u_matrix;
uniform float u_size;
uniform float u_opacity;
uniform vec3 u_inks[4];
in vec3 a_place;
in vec3 a_look;
flat out int v_shape;
flat out vec4 v_ink;
void main() {
  gl_Position = u_matrix * vec4(a_place, 1.0);
  gl_PointSize = u_size;
  v_shape = int(a_look.x + 0.5);
  v_ink = vec4(u_inks[int(a_look.y + 0.5)], a_look.z / 255.0 * u_opacity);
}`;

/** Distances to the outline of each shape, in halves of the dot; a halo of the ground's colour goes around it. */
export const DOT_FRAGMENT = `#version 300 es
precision highp float;
uniform float u_size;
uniform vec3 u_halo;
flat in int v_shape;
flat in vec4 v_ink;
out vec4 colour;
float outline(vec2 p) {
  if (v_shape == 0) return length(p) - 0.52;
  if (v_shape == 1) return abs(length(p) - 0.46) - 0.13;
  if (v_shape == 2) { vec2 q = vec2(abs(p.x), p.y - 0.06); return max(q.x * 0.866 - q.y * 0.5 - 0.26, q.y - 0.46); }
  if (v_shape == 3) return max(abs(p.x), abs(p.y)) - 0.48;
  if (v_shape == 4) { vec2 q = vec2(p.x + p.y, p.x - p.y) * 0.7071; q = abs(q); return min(max(q.x - 0.12, q.y - 0.6), max(q.y - 0.12, q.x - 0.6)); }
  if (v_shape == 5) return abs((abs(p.x) + abs(p.y)) * 0.7071 - 0.4) - 0.11;
  return length(p) - 0.26;
}
void main() {
  float edge = 1.2 / u_size;
  float away = outline(gl_PointCoord * 2.0 - 1.0);
  float ink = 1.0 - smoothstep(-edge, edge, away);
  float halo = 1.0 - smoothstep(0.2 - edge, 0.2 + edge, away);
  float opacity = halo * v_ink.a;
  if (opacity < 0.01) discard;
  colour = vec4(mix(u_halo, v_ink.rgb, ink) * opacity, opacity);
}`;

export const LEADER_VERTEX = `#version 300 es
uniform mat4 u_matrix;
uniform vec2 u_screen;
uniform float u_width;
in vec3 a_place;
in vec2 a_reach;
in vec2 a_side;
void main() {
  vec4 place = u_matrix * vec4(a_place, 1.0);
  vec2 pixels = a_reach + a_side * u_width * 0.5;
  gl_Position = place + vec4(pixels * vec2(2.0, -2.0) / u_screen * place.w, 0.0, 0.0);
}`;

export const LEADER_FRAGMENT = `#version 300 es
precision highp float;
uniform vec4 u_ink;
out vec4 colour;
void main() { colour = vec4(u_ink.rgb * u_ink.a, u_ink.a); }`;

export function programOf(gl: WebGL2RenderingContext, vertex: string, fragment: string, attributes: readonly string[]): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  attributes.forEach((name, at) => gl.bindAttribLocation(program, at, name));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}
