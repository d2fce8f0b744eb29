import type { GrantTarget } from "@/bindings/GrantTarget";
import type { GrantView } from "@/bindings/GrantView";
import type { Purpose } from "@/bindings/Purpose";

/** Choices that are made already when the dialog opens: from a record, a person, or somebody's request. */
export interface GrantPrefill {
  personId?: string;
  /** All six collections stand for everything. */
  targets?: GrantTarget[];
  /** The last moment; null for no end. */
  until?: number | null;
  purpose?: Purpose;
  note?: string;
  /** The request that the grant answers; handed back to `onShared`. */
  requestId?: string;
}

export interface GrantDialogProps {
  opened: boolean;
  onClose: () => void;
  prefill?: GrantPrefill;
  /** Told once, when the grant is saved here. */
  onShared?: (grant: GrantView, requestId: string | undefined) => void;
}
