import type { RecordContent } from "@/bindings/RecordContent";

/** Files inside made-up documents. */
export const parts = {
  part_open: (): { fileName: string; content: RecordContent; src: string | null } => ({
    fileName: "letter.txt",
    content: {
      kind: "text",
      text: "Dear Mrs Keller,\n\nplease come back in three months.",
      truncated: false,
    },
    src: null,
  }),
  part_export: () => ({ taskId: "part" }),
};
