import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "./app/app.css";
import "./features/viewing/viewing.css";
import { guardNavigatorLanguage } from "./app/locale";

guardNavigatorLanguage();

// Loaded after the guard: some libraries ask for the locale while they load.
void import("./app/boot").then(({ boot }) => boot());
