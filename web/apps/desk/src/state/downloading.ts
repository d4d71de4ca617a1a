/** A file that the node makes, handed to the browser under the name that the node gives it. */
import { Refusal, Unreachable, type Api } from '@garance/client';

const NAMED = /filename="([^"]+)"/;

/** Fetches and keeps it; answers its name. What the node refuses comes as `Refusal`, the rest as `Unreachable`. */
export async function download(api: Api, path: string, otherwise: string, body?: unknown): Promise<string> {
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json', 'X-Garance-CSRF': api.csrf ?? '' };
  const asked: RequestInit = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetched(api.address(`api/v1/${path}`), { ...asked, headers });
  const name = NAMED.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? otherwise;
  keep(await answer.blob(), name);
  return name;
}

function keep(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function fetched(address: string, asked: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { ...asked, credentials: 'same-origin' });
  } catch {
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; field?: string; detail?: Record<string, unknown> };
  throw problem.code ? new Refusal(problem.code, answer.status, problem.field ?? null, problem.detail ?? {}) : new Unreachable(answer.status);
}
