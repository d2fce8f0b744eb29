/** What the start screen is to begin with: said by the screen that leads there, taken once. */
export interface Intent {
  task: "restore" | "backup" | "lost";
  name?: string;
  /** The profile that is given up when everything is back. */
  replaces?: string;
}

let next: Intent | null = null;

export function intend(intent: Intent) {
  next = intent;
}

export function takeIntent(): Intent | null {
  const intent = next;
  next = null;
  return intent;
}
