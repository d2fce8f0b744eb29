import { createContext } from "react";

/** Which record a page belongs to; files inside it are opened through it. None for a file inside a file. */
export const RecordContext = createContext<{ recordId: string; patientId: string | null } | null>(null);
