import { about } from "./about";
import { access } from "./access";
import { app } from "./app";
import { ask } from "./ask";
import { backup } from "./backup";
import { clinic } from "./clinic";
import { content } from "./content";
import { entries } from "./entries";
import { errors } from "./errors";
import { glossary } from "./glossary";
import { grants } from "./grants";
import { home } from "./home";
import { hospitals } from "./hospitals";
import { ledger } from "./ledger";
import { links } from "./links";
import { lost } from "./lost";
import { networks } from "./networks";
import { news } from "./news";
import { onboarding } from "./onboarding";
import { people } from "./people";
import { qr } from "./qr";
import { reading } from "./reading";
import { records } from "./records";
import { recovery } from "./recovery";
import { security } from "./security";
import { settings } from "./settings";
import { shared } from "./shared";
import { start } from "./start";
import { summary } from "./summary";
import { timeline } from "./timeline";
import { trust } from "./trust";
import { unlock } from "./unlock";
import { viewing } from "./viewing";
import { words } from "./words";

/** Every word of the window, in English, a file for each room. The German twin has the same shape. */
export const en = {
  ...about,
  ...access,
  ...app,
  ...ask,
  ...backup,
  ...clinic,
  ...content,
  ...entries,
  ...errors,
  ...glossary,
  ...grants,
  ...home,
  ...hospitals,
  ...ledger,
  ...lost,
  ...links,
  ...news,
  ...networks,
  ...onboarding,
  ...qr,
  ...people,
  ...reading,
  ...records,
  ...recovery,
  ...security,
  ...settings,
  ...shared,
  ...start,
  ...summary,
  ...timeline,
  ...trust,
  ...unlock,
  ...viewing,
  ...words,
};
