import type { AppEvent } from "@/bindings/AppEvent";
import type { BytesCommands } from "@/bindings/BytesCommands";
import type { Commands } from "@/bindings/Commands";
import type { ErrorView } from "@/bindings/ErrorView";

export type CommandName = keyof Commands;
export type RequestOf<K extends CommandName> = Commands[K]["request"];
export type ResponseOf<K extends CommandName> = Commands[K]["response"];

export type BytesName = keyof BytesCommands;
/** What the shell says to the window without being asked. */
export type DesktopMessage = { type: "go"; place: string } | { type: "link" };

/** The menu of the icon beside the clock. */
export interface TrayWords {
  open: string;
  lock: string;
  quit: string;
}

/** What the window needs from the desktop around it. */
export interface Desktop {
  listen(onMessage: (message: DesktopMessage) => void): Promise<() => void>;
  /** Tells news through the system, unless the person looks at this window. Answers whether it did. */
  notify(title: string, body: string, place: string): Promise<boolean>;
  /** Gives the icon beside the clock its words, and says what is new in this window. */
  tray(words: TrayWords, news: string | null): Promise<void>;
  /** Whether this computer has a place for icons beside the clock. */
  hasTray(): Promise<boolean>;
  /** The link with which the app was called, once. */
  takeLink(): Promise<string | null>;
}

/** Files over the window; their paths once they are let go. */
export interface FilesEvent {
  over: boolean;
  paths?: string[];
}

/** What the window needs from the program behind it. */
export interface Host {
  call<K extends CommandName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>>;
  /** As `call`, for what is looked at. */
  bytes<K extends BytesName>(name: K, request: BytesCommands[K]): Promise<ArrayBuffer>;
  /** Answers with the function that stops listening. */
  listen(onEvent: (event: AppEvent) => void): Promise<() => void>;
  /** Asks the person for a file; null when they close the dialog. */
  pickFile(title: string): Promise<string | null>;
  /** Asks the person for files; none when they close the dialog. */
  pickFiles(title: string): Promise<string[]>;
  /** Asks the person for a folder; null when they close the dialog. */
  pickFolder(title: string): Promise<string | null>;
  /** Files dragged over the window and dropped into it. Answers with the function that stops listening. */
  onFiles(onEvent: (event: FilesEvent) => void): Promise<() => void>;
  /** Asks the person where to save; null when they close the dialog. */
  pickSavePath(title: string, suggestedName: string): Promise<string | null>;
  desktop: Desktop;
}

/** A failure the program reported, or one of the bridge itself. */
export class CallError extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = "CallError";
    this.view = view;
  }

  /** Whatever was thrown, as a failure with a code. */
  static from(thrown: unknown): CallError {
    if (thrown instanceof CallError) return thrown;
    if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
      return new CallError(thrown as ErrorView);
    }
    return new CallError({ code: "internal", message: String(thrown), detail: null });
  }
}
