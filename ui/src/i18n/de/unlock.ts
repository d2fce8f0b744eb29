import type { unlock as en } from "../en/unlock";
import type { SameShape } from "../shape";

export const unlock: SameShape<typeof en> = {
  unlock: {
    title: "Willkommen zurück, {{name}}",
    keyring: "Ihr Schlüssel liegt im Schlüsselbund dieses Computers.",
    passphrase: "Geben Sie Ihr Kennwort ein, um Ihre Unterlagen zu öffnen.",
    open: "Öffnen",
  },
};
