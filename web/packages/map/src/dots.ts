/** Units without their symbol, and the lines that tie moved symbols to their places: our own WebGL layer, flat or on relief. */
import type { Position } from '@garance/client';
import type { CustomLayerInterface, CustomRenderMethodInput, Map as Engine } from 'maplibre-gl';
import { DOTS, inksOf, lookOf, rgbOf } from './dot_looks.ts';
import { DOT_FRAGMENT, DOT_VERTEX, LEADER_FRAGMENT, LEADER_VERTEX, programOf } from './dot_shaders.ts';
import type { Unit } from './features.ts';
import { projected, ScreenGrid } from './on_screen.ts';
import type { Palette } from './palette.ts';

/** From the true place to where the symbol was put, in pixels. */
export type Leader = { position: Position; right_px: number; down_px: number };

/** The height of the ground there in metres, as the engine raises it; 0 when flat. */
export type Lift = (position: Position) => number;

/** From afar dots are small, so that the ground is still read between ten thousand of them. */
const SIZES = { small_px: 7, large_px: 13, from_zoom: 12.5, to_zoom: 14.5 };
const REACH_PX = 9;
/** Floats of a dot: x, y, z from the origin; then four bytes: shape, ink, opacity, nothing. */
const DOT = 4;
/** Floats of a corner of a line: x, y, z; how far along, right and down; which side, right and down. */
const CORNER = 7;
const CORNERS = [[0, -1], [0, 1], [1, -1], [1, -1], [0, 1], [1, 1]] as const;
const EARTH_M = 40_075_016.686;

type Drawn = { program: WebGLProgram; buffer: WebGLBuffer; array: WebGLVertexArrayObject };

const placeOf = ([lon, lat]: Position): [number, number] => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n += 1) if (a[n] !== b[n]) return false;
  return true;
}

/** What is at work is drawn last, over the rest. */
const STATES = Object.keys(DOTS);
const rankOf = ({ resource }: Unit): number => STATES.indexOf(resource.state);

export class Dots implements CustomLayerInterface {
  readonly id = 'unit-dots';
  readonly type = 'custom';
  readonly renderingMode = '3d';
  palette: Palette;
  opacity = 1;
  #engine: Engine | null = null;
  #dots: Drawn | null = null;
  #leaders: Drawn | null = null;
  #units: readonly Unit[] = [];
  #vertices: Float32Array<ArrayBuffer> = new Float32Array(0);
  #corners: Float32Array<ArrayBuffer> = new Float32Array(0);
  #origin: [number, number] = [0, 0];
  #matrix: Float32Array | null = null;
  #grid: ScreenGrid | null = null;
  #sent = false;

  constructor(palette: Palette) {
    this.palette = palette;
  }

  /** Takes what to draw; it is sent to the screen's memory at the next drawing, once. The same again costs no drawing. */
  show(units: readonly Unit[], leaders: readonly Leader[], now_ms: number, lift: Lift): void {
    if (units.length + leaders.length + this.#units.length + this.#corners.length === 0) return;
    this.#units = units.toSorted((a, b) => rankOf(b) - rankOf(a));
    this.#grid = null;
    const before = [this.#origin, this.#vertices, this.#corners] as const;
    this.#origin = placeOf(units[0]?.position ?? leaders[0]?.position ?? [0, 0]);
    this.#vertices = this.#dotVertices(this.#units, now_ms, lift);
    this.#corners = this.#leaderCorners(leaders, lift);
    if (before.every((old, n) => sameNumbers(old, [this.#origin, this.#vertices, this.#corners][n]!))) return;
    this.#sent = false;
    this.#engine?.triggerRepaint();
  }

  #dotVertices(units: readonly Unit[], now_ms: number, lift: Lift): Float32Array<ArrayBuffer> {
    const vertices = new Float32Array(units.length * DOT);
    const bytes = new Uint8Array(vertices.buffer);
    for (let n = 0; n < units.length; n += 1) {
      const unit = units[n]!;
      this.#put(vertices, n * DOT, unit.position, lift);
      bytes.set(lookOf(unit, now_ms), (n * DOT + 3) * 4);
    }
    return vertices;
  }

  #leaderCorners(leaders: readonly Leader[], lift: Lift): Float32Array<ArrayBuffer> {
    const corners = new Float32Array(leaders.length * CORNERS.length * CORNER);
    let at = 0;
    for (const { position, right_px, down_px } of leaders) {
      const long = Math.hypot(right_px, down_px) || 1;
      for (const [end, side] of CORNERS) {
        this.#put(corners, at, position, lift);
        corners.set([end * right_px, end * down_px, (side * -down_px) / long, (side * right_px) / long], at + 3);
        at += CORNER;
      }
    }
    return corners;
  }

  #put(vertices: Float32Array, at: number, position: Position, lift: Lift): void {
    const [x, y] = placeOf(position);
    vertices[at] = x - this.#origin[0];
    vertices[at + 1] = y - this.#origin[1];
    vertices[at + 2] = lift(position) / (EARTH_M * Math.cos((position[1] * Math.PI) / 180));
  }

  onAdd(engine: Engine, gl: WebGL2RenderingContext): void {
    this.#engine = engine;
    this.#dots = drawn(gl, programOf(gl, DOT_VERTEX, DOT_FRAGMENT, ['a_place', 'a_look']), [[3, gl.FLOAT, 0], [3, gl.UNSIGNED_BYTE, 12]], DOT * 4);
    this.#leaders = drawn(gl, programOf(gl, LEADER_VERTEX, LEADER_FRAGMENT, ['a_place', 'a_reach', 'a_side']), [[3, gl.FLOAT, 0], [2, gl.FLOAT, 12], [2, gl.FLOAT, 20]], CORNER * 4);
    this.#sent = false;
  }

  onRemove(_engine: Engine, gl: WebGL2RenderingContext): void {
    for (const one of [this.#dots, this.#leaders]) {
      if (!one) continue;
      gl.deleteProgram(one.program);
      gl.deleteBuffer(one.buffer);
      gl.deleteVertexArray(one.array);
    }
    this.#dots = this.#leaders = this.#engine = null;
  }

  render(gl: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    const [dots, leaders] = [this.#dots, this.#leaders];
    if (!dots || !leaders) return;
    this.#turn(defaultProjectionData.mainMatrix);
    if (!this.#sent) this.#send(gl, dots, leaders);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#drawLeaders(gl, leaders);
    this.#drawDots(gl, dots);
    gl.bindVertexArray(null);
  }

  /** The camera's matrix from our origin: near it, 32 bits are enough for a few centimetres. */
  #turn(main: ArrayLike<number>): void {
    const matrix = new Float32Array(16);
    const [x, y] = this.#origin;
    for (let n = 0; n < 16; n += 1) matrix[n] = n < 12 ? main[n]! : main[n - 12]! * x + main[n - 8]! * y + main[n]!;
    if (this.#matrix?.every((value, n) => value === matrix[n])) return;
    this.#matrix = matrix;
    this.#grid = null;
  }

  #send(gl: WebGL2RenderingContext, dots: Drawn, leaders: Drawn): void {
    for (const [{ buffer }, data] of [[dots, this.#vertices], [leaders, this.#corners]] as const) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    }
    this.#sent = true;
  }

  #drawDots(gl: WebGL2RenderingContext, { program, array }: Drawn): void {
    if (this.#units.length === 0) return;
    const where = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    gl.useProgram(program);
    gl.bindVertexArray(array);
    gl.uniformMatrix4fv(where('u_matrix'), false, this.#matrix!);
    gl.uniform1f(where('u_size'), this.#dot_px * this.#ratio(gl));
    gl.uniform1f(where('u_opacity'), this.opacity);
    gl.uniform3fv(where('u_inks'), inksOf(this.palette));
    gl.uniform3fv(where('u_halo'), rgbOf(this.palette.halo));
    gl.drawArrays(gl.POINTS, 0, this.#units.length);
  }

  #drawLeaders(gl: WebGL2RenderingContext, { program, array }: Drawn): void {
    if (this.#corners.length === 0) return;
    const where = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    gl.useProgram(program);
    gl.bindVertexArray(array);
    gl.uniformMatrix4fv(where('u_matrix'), false, this.#matrix!);
    gl.uniform2fv(where('u_screen'), this.#size());
    for (const [colour, width, share] of [[this.palette.halo, 2.6, 0.6], [this.palette.text, 1, 0.5]] as const) {
      gl.uniform1f(where('u_width'), width);
      gl.uniform4fv(where('u_ink'), [...rgbOf(colour), share * this.opacity]);
      gl.drawArrays(gl.TRIANGLES, 0, this.#corners.length / CORNER);
    }
  }

  get #dot_px(): number {
    const share = ((this.#engine?.getZoom() ?? 0) - SIZES.from_zoom) / (SIZES.to_zoom - SIZES.from_zoom);
    return SIZES.small_px + Math.min(1, Math.max(0, share)) * (SIZES.large_px - SIZES.small_px);
  }

  #size(): [number, number] {
    const canvas = this.#engine?.getCanvas();
    return [canvas?.clientWidth ?? 1, canvas?.clientHeight ?? 1];
  }

  #ratio = (gl: WebGL2RenderingContext): number => gl.drawingBufferWidth / this.#size()[0];

  #found(): ScreenGrid | null {
    if (!this.#matrix) return null;
    const [width, height] = this.#size();
    this.#grid ??= new ScreenGrid(projected(this.#vertices, DOT, this.#units.length, this.#matrix, width, height), width, height);
    return this.#grid;
  }

  /** The unit whose dot is under that place of the screen. */
  under(x: number, y: number): Unit | null {
    return this.#units[this.#found()?.nearest(x, y, REACH_PX) ?? -1] ?? null;
  }

  /** How many dots are on the screen as last drawn. */
  get seen(): number {
    return this.#found()?.inside ?? 0;
  }
}

function drawn(gl: WebGL2RenderingContext, program: WebGLProgram, attributes: [size: number, type: number, offset: number][], stride: number): Drawn {
  const buffer = gl.createBuffer();
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  attributes.forEach(([size, type, offset], at) => {
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, false, stride, offset);
  });
  gl.bindVertexArray(null);
  return { program, buffer, array };
}
